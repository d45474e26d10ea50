/** Packet scripts: a file, `-` for standard input, or the name of a shipped one. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { formatProblems } from '../../scenario/text/problem.ts';
import type { PacketScript } from '../../script/packet_script.ts';
import { parseScript } from '../../script/parse_script.ts';
import { UserError } from '../../storage/user_error.ts';
import { didYouMean } from '../did_you_mean.ts';
import { type NamedText, readText } from './text_file.ts';

const FOLDER = new URL('../../../scenarios/scripts/', import.meta.url);
const ENDING = '.pkt';

export interface ScriptFile {
  readonly script: PacketScript;
  readonly label: string;
  readonly text: string;
}

/** Throws UserError with every problem of the script. */
export async function loadScript(source: string): Promise<ScriptFile> {
  const { text, label } = await readScriptText(source);
  const { script, problems } = parseScript(text, label);
  if (script === null) throw new UserError(formatProblems(problems, text));
  return { script, label, text };
}

async function readScriptText(source: string): Promise<NamedText> {
  const there = source === '-' ? null : await stat(source).catch(() => null);
  if (source === '-' || there?.isFile()) return await readText(source, 1);
  const shipped = await shippedScripts();
  if (shipped.includes(source)) {
    return {
      text: await readFile(new URL(source + ENDING, FOLDER), 'utf8'),
      label: `scenarios/scripts/${source}${ENDING}`,
    };
  }
  if (there !== null) throw new UserError(`${source} is no file`, 'give a packet script');
  throw new UserError(
    `no file and no shipped script is called ${source}`,
    didYouMean(source, shipped) ?? `shipped: ${shipped.join(', ')}`,
  );
}

export async function shippedScripts(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort();
}
