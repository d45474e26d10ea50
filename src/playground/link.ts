/** A run and an instant of it as the part of an address after #, which no server gets to see. */
export interface LinkedPlace {
  /** What the command line calls the scenario. */
  readonly scenario: string;
  /** Its text, where it is not one that comes with ipvsim. */
  readonly text: string | null;
  readonly set: readonly string[];
  readonly at_s: number;
}

/** Longer texts are no scenarios; a small link can stand for a huge one. */
const LONGEST_BYTES = 1024 * 1024;

export async function toHash({ scenario, text, set, at_s }: LinkedPlace): Promise<string> {
  const words = new URLSearchParams({ scenario, at: String(at_s) });
  for (const one of set) words.append('set', one);
  if (text !== null) words.append('text', await packed(text));
  return `#${words}`;
}

/** Null where the hash names no such place, or what it holds cannot be read. */
export async function fromHash(hash: string): Promise<LinkedPlace | null> {
  const words = new URLSearchParams(hash.replace(/^#/u, ''));
  const scenario = words.get('scenario');
  if (scenario === null) return null;
  const held = words.get('text');
  const text = held === null ? null : await unpacked(held);
  if (held !== null && text === null) return null;
  const at_s = Number(words.get('at') ?? '0');
  const instant = Number.isFinite(at_s) && at_s > 0 ? at_s : 0;
  return { scenario, text, set: words.getAll('set'), at_s: instant };
}

async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function unpacked(word: string): Promise<string | null> {
  try {
    const binary = atob(word.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const reader = stream.getReader();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > LONGEST_BYTES) return null;
      parts.push(value as Uint8Array<ArrayBuffer>);
    }
    return await new Blob(parts).text();
  } catch {
    return null;
  }
}
