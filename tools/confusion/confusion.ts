/** Puts what a simulated run gives to `diagnose`, as different people would hand it in, and keeps the verdict. */
import { diagnose, isLikely } from '../../src/diagnose/diagnose.ts';
import { recognise } from '../../src/evidence/recognise.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { ConfusionCase } from './cases.ts';
import { handedInOf, type Output, type Past } from './handed_in.ts';

/**
 * What is handed in: outputs of all hosts with their prompts; the same with conntrack's flows in place of IPVS's entries;
 * those of the node only; or all of them without a word of whose they are, a file each.
 */
export const WAYS = ['all hosts', 'with conntrack -L', 'the node', 'no hosts named'] as const;
export type Way = (typeof WAYS)[number];

export interface Outcome {
  readonly cause: string;
  readonly load: string;
  readonly kernel: string;
  readonly isNoisy: boolean;
  readonly way: Way;
  /** Of the likeliest cause, `nothing`, or `cannot say`. */
  readonly verdict: string;
}

/** A host that has been up for months has seen an overflow or two, and some loss. */
const PAST: Past = {
  listenOverflows: 3,
  dataRetransmitted: 40,
  synRetransmitted: 9,
  sent: 400_000,
  opens: 50_000,
};

const PROMPTS = { client: 'me@client:~$', director: 'root@director:~#', server: 'root@server:~#' } as const;

export function outcomesOf(each: ConfusionCase): readonly Outcome[] {
  const outputs = outputsOf(each);
  const { cause, load, kernel, isNoisy } = each;
  return WAYS.map((way) => ({
    cause,
    load,
    kernel,
    isNoisy,
    way,
    verdict: verdictOf(textsOf(outputs, way)),
  }));
}

export function outputsOf({ yaml, cause, load, isNoisy }: ConfusionCase): readonly Output[] {
  const { scenario, problems } = parseScenario(yaml, { file: `${cause}, ${load}` });
  if (scenario === null) throw new Error(`${cause}, ${load}: ${JSON.stringify(problems)}\n${yaml}`);
  return handedInOf(scenario, isNoisy ? PAST : undefined).outputs;
}

export function textsOf(outputs: readonly Output[], way: Way): readonly string[] {
  const table = way === 'with conntrack -L' ? 'ipvsadm -Lnc' : 'conntrack -L';
  const chosen = outputs.filter(({ command }) => command !== table);
  if (way === 'no hosts named') return chosen.map(({ text }) => text);
  const shown = way === 'the node' ? chosen.filter(({ host }) => host === 'director') : chosen;
  return [shown.map(({ host, command, text }) => `${PROMPTS[host]} ${command}\n${text}`).join('')];
}

export function verdictOf(texts: readonly string[]): string {
  const facts = texts.flatMap((text, index) =>
    recognise(text, `${index}.txt`).recognised.flatMap((each) => each.facts),
  );
  const { verdict, judgements } = diagnose(facts);
  if (verdict === 'found') return judgements.find(isLikely)!.name;
  return verdict === 'nothing' ? 'nothing' : 'cannot say';
}
