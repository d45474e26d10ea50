/** Names of files and folders for what users call things. */

/** A name from a scenario or a label as a file name: no separators, no dots in front, no surprises. */
export function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 80);
  return plain.replace(/^[.-]+|[.-]+$/g, '') || 'scenario';
}

/**
 * A path of folders for a path that a user gave: different for different paths, and below wherever it is put. What
 * is unusual in a name, and what leads elsewhere (`..`, a slash in front), is written as %XX.
 */
export function folderFor(path: string): string {
  const name = (part: string) => (/^\.+$/.test(part) ? part.replaceAll('.', '%2E') : encoded(part) || '%2F');
  return path.split('/').map(name).join('/');
}

function encoded(text: string): string {
  const hex = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text.replace(/[^-._A-Za-z0-9]/gu, (character) => [...Buffer.from(character)].map(hex).join(''));
}
