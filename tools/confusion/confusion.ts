/** Puts what a simulated run gives to `diagnose`, as different people would hand it in, and keeps the verdict. */
import { diagnose, isLikely } from '../../src/diagnose/diagnose.ts';
import { captureEvidence } from '../../src/evidence/capture/capture_facts.ts';
import type { FlowTable } from '../../src/evidence/capture/flows.ts';
import type { Fact } from '../../src/evidence/fact.ts';
import { recognise } from '../../src/evidence/recognise.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { ConfusionCase } from './cases.ts';
import { handedInOf, type Output, type Past } from './handed_in.ts';

/**
 * What is handed in: outputs of all hosts with their prompts; the same with conntrack's flows in place of IPVS's entries;
 * those of the node only; all of them without a word of whose they are, a file each; or nothing but a capture of the client's.
 */
export const WAYS = [
  'all hosts',
  'with conntrack -L',
  'the node',
  'no hosts named',
  'a capture at the client',
] as const;
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
  const { outputs, captured, end_ns } = outputsOf(each);
  const { cause, load, kernel, isNoisy } = each;
  return WAYS.map((way) => ({
    cause,
    load,
    kernel,
    isNoisy,
    way,
    verdict:
      way === 'a capture at the client'
        ? verdictOfFacts(capturedFacts(captured, end_ns))
        : verdictOf(textsOf(outputs, way)),
  }));
}

interface HandedIn {
  readonly outputs: readonly Output[];
  readonly captured: FlowTable;
  readonly end_ns: number;
}

/** The capture ends with the run. */
function capturedFacts({ flows, sent }: FlowTable, end_ns: number): readonly Fact[] {
  const summary = { packets: 0, start_ns: 0n, end_ns, interfaces: [], skipped: new Map(), trouble: null };
  return captureEvidence({ file: 'client.pcap', flows, sent, summary }).recognised.flatMap(
    ({ facts }) => facts,
  );
}

export function outputsOf({ yaml, cause, load, isNoisy }: ConfusionCase): HandedIn {
  const { scenario, problems } = parseScenario(yaml, { file: `${cause}, ${load}` });
  if (scenario === null) throw new Error(`${cause}, ${load}: ${JSON.stringify(problems)}\n${yaml}`);
  const { outputs, captured } = handedInOf(scenario, isNoisy ? PAST : undefined);
  return { outputs, captured, end_ns: scenario.duration_ns };
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
  return verdictOfFacts(facts);
}

function verdictOfFacts(facts: readonly Fact[]): string {
  const { verdict, judgements } = diagnose(facts);
  if (verdict === 'found') return judgements.find(isLikely)!.name;
  return verdict === 'nothing' ? 'nothing' : 'cannot say';
}
