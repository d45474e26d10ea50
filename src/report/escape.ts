/** Other people's text inside our formats: HTML and SVG, XML, Markdown. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text for XML, SVG and HTML, in elements and in quoted attributes. What XML 1.0 cannot hold at all (most
 * control characters, lone surrogates) becomes U+FFFD, and so do the characters that turn the direction of text.
 */
export function escapeXml(text: string): string {
  return text
    .replace(
      /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu,
      '\ufffd',
    )
    .replace(/[&<>"']/gu, (character) => ENTITIES[character]!);
}

/** Text for a Markdown paragraph or table cell: nothing in it makes markup, a link, a mention or a new cell. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(/[\\`*[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/gu, '\\$&')
    .replace(/[&<>@]|:(?=\/\/)|(?<=www)\.|#(?=\d)/giu, (character) => `&#${character.codePointAt(0)};`);
}

/** Text as Markdown code, with as many backticks as it needs; `|` would end a table cell even in there. */
export function markdownCode(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  const longest = Math.max(0, ...[...line.matchAll(/`+/gu)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const gap = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return line === '' ? '' : `${fence}${gap}${line.replaceAll('|', '\\|')}${gap}${fence}`;
}
