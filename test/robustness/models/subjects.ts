/**
 * What is tried: each subject takes one input and returns what became of it, or throws what a user would call a crash.
 * A refusal in words is as good as an answer.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseRecording, RecordingError } from '../../../src/conform/recording.ts';
import { replay } from '../../../src/conform/replay.ts';
import { diagnose, isLikely } from '../../../src/diagnose/diagnose.ts';
import { diagnosisAnswer } from '../../../src/diagnose/diagnosis_answer.ts';
import { renderDiagnosis } from '../../../src/diagnose/diagnosis_text.ts';
import { HYPOTHESES } from '../../../src/diagnose/hypotheses.ts';
import { importedFrom } from '../../../src/diagnose/imported.ts';
import { busiestService } from '../../../src/diagnose/reported_load.ts';
import { loadOf } from '../../../src/diagnose/reproduction.ts';
import { recognise } from '../../../src/evidence/recognise.ts';
import { readIpvsadm } from '../../../src/import/ipvsadm.ts';
import { scenarioFrom } from '../../../src/import/scenario_yaml.ts';
import { readSysctls } from '../../../src/import/sysctl_text.ts';
import { readHandIns } from '../../../src/lessons/hand_ins.ts';
import { marksText } from '../../../src/lessons/marks.ts';
import { parseLesson } from '../../../src/lessons/parse_lesson.ts';
import type { Result } from '../../../src/measure/result.ts';
import { FORMATS } from '../../../src/report/forms/formats.ts';
import { renderJson } from '../../../src/report/forms/json.ts';
import { VIEWS } from '../../../src/report/instant/views.ts';
import { readResult } from '../../../src/report/saved_result.ts';
import { runInSlices } from '../../../src/run_slices.ts';
import { readExpectation } from '../../../src/scenario/expect/expect.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { formatProblems } from '../../../src/scenario/text/problem.ts';
import { createRun, simulate } from '../../../src/simulate.ts';
import { UserError } from '../../../src/storage/user_error.ts';
import { estimate } from '../../../src/sweep/estimate.ts';
import { parseVary } from '../../../src/sweep/grid.ts';
import { headDifferences, journalLine, readJournal } from '../../../src/sweep/journal_format.ts';
import { planOf } from '../../../src/sweep/plan.ts';
import { harmless } from '../../../src/text/terminal.ts';
import { EVIDENCE } from './evidence.ts';
import { brokenScenarioFile, scenarioFile, scrambled } from './scenario.ts';
import { mutated, NASTY_TEXT } from './text.ts';

export type Fate = 'answered' | 'refused';

export interface Subject {
  readonly name: string;
  readonly inputs: fc.Arbitrary<string>;
  /** Throws where it crashes. */
  try(input: string): Promise<Fate>;
}

const MOST_EVENTS = 20_000;
const MOST_BYTES = 300e6;

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** What the terminal lets out has nothing in it that a terminal or a CI obeys. */
function expectHarmless(text: string): void {
  const out = harmless(text, false);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
  const found = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|^\s*::|##\[/mu.exec(out);
  if (found !== null) throw new Error(`${JSON.stringify(found[0])} goes out to the terminal`);
}

/** What is refused has to be refused in words. */
function refusal(error: unknown, kind: abstract new (...args: never[]) => Error): Fate {
  if (!(error instanceof kind)) throw error;
  expectHarmless(error.message);
  return 'refused';
}

function scenarioOf(text: string) {
  const { scenario, problems } = parseScenario(text, { file: 'x.yaml' });
  if ((scenario === null) !== problems.length > 0) throw new Error('neither a scenario nor a problem');
  const printed = formatProblems(problems, text);
  expectHarmless(printed);
  if (problems.some(({ message }) => /undefined|\[object|Invalid input/.test(message))) {
    throw new Error(`no words for a problem: ${printed}`);
  }
  return scenario;
}

async function runScenario(text: string): Promise<Fate> {
  const scenario = scenarioOf(text);
  if (scenario === null) return 'refused';
  // As the command line does before it runs one.
  if (estimate(scenario).memory_bytes > MOST_BYTES) return 'refused';
  const run = createRun(scenario);
  const rim = { turn: async () => false, now_ms: () => 0 };
  const givenUp = await runInSlices(run, { maxEvents: MOST_EVENTS, memory: null }, rim);
  if (givenUp?.why === 'standstill') return 'refused';
  renderAll(run.result(givenUp !== null));
  for (const { render } of VIEWS) expectHarmless(render(run.snapshot()));
  return 'answered';
}

/** Every form of a result, and the result read back. */
function renderAll(result: Result): void {
  const { trouble } = readResult(renderJson(result));
  if (trouble !== null) throw new Error(`its own result is refused: ${trouble}`);
  for (const { name, render, commands } of FORMATS) {
    const text = render([result]);
    if (commands) continue;
    expectHarmless(text);
    if (['html', 'svg', 'junit'].includes(name) && text.includes('<script>alert')) {
      throw new Error(`markup of a text goes into ${name}`);
    }
  }
}

const small = parseScenario(
  `duration: 500ms
interval: 100ms
service:
  address: 10.96.0.1:80
  realServers: [{address: 10.1.1.1:80, cpu: {cores: 1, perRequest: 1ms}}]
clients: [{concurrency: 2, ports: 1000-1001}, {rate: 10/s, addresses: 10.0.0.9}]
events: [{at: 100ms, weight: {"10.1.1.1:80": 2}}]
expect: [rps > 1]
`,
).scenario!;
const RESULT = JSON.parse(renderJson(simulate(small))) as unknown;

async function reportResult(text: string): Promise<Fate> {
  const { result, trouble } = readResult(text);
  if (result === null) {
    expectHarmless(trouble);
    return 'refused';
  }
  for (const { render, commands } of FORMATS) {
    const out = render([result]);
    if (!commands) expectHarmless(out);
  }
  return 'answered';
}

const HEAD = {
  schema: 1,
  ipvsim: '0.2.0',
  scenario: 'x',
  scenarioHash: 'abc',
  seed: 's',
  seeds: 2,
  dimensions: [{ key: 'clients.0.rate', values: ['1/s', '2/s'] }],
  shard: null,
};
const RECORD = {
  key: '[["clients.0.rate","1/s"],["seed","s"]]',
  values: ['1/s'],
  repetition: 0,
  seed: 's',
  scenarioHash: 'abd',
  metrics: { complete: 1, rps: 0.5, connect_p50_ms: null },
  drops: { old_conntrack: 1 },
  errors: {},
};
const journal = fc
  .tuple(
    fc.oneof(mutated(HEAD), fc.constant(HEAD)),
    fc.array(fc.oneof(mutated(RECORD), fc.constant(RECORD)), { maxLength: 3 }),
    fc.nat(20),
  )
  .map(([head, records, torn]) => {
    const lines = [head, ...records].map((value) => journalLine(value as never)).join('');
    return torn === 0 ? lines.slice(0, -5) : lines;
  });

async function readJournalText(text: string): Promise<Fate> {
  try {
    const { head } = readJournal(Buffer.from(text), 'journal');
    if (head === null) return 'refused';
    planOf(head);
    headDifferences(head, HEAD as never);
    return 'answered';
  } catch (error) {
    return refusal(error, UserError);
  }
}

const LISTING = [
  'IP Virtual Server version 1.2.1 (size=4096)',
  'Prot LocalAddress:Port Scheduler Flags',
  '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
  'TCP  10.96.0.1:80 rr persistent 10800',
  '  -> 10.244.1.5:8080              Masq    1      3          5',
  '  -> 10.244.1.6:8080              Masq    1      0          0',
  '-A -t 10.96.0.2:80 -s wrr -p 300',
  '-a -t 10.96.0.2:80 -r 10.244.1.7:80 -m -w 2',
  'net.ipv4.vs.conntrack = 1',
];
const WORDS = [
  'TCP',
  'UDP',
  'FWM',
  '->',
  '-A',
  '-a',
  '-t',
  '-u',
  '-r',
  '-w',
  '-p',
  '-s',
  '-x',
  'rr',
  'Masq',
  '1',
];
const ADDRESSES = [
  '10.96.0.1:80',
  '10.244.1.5:8080',
  '[::1]:80',
  'persistent',
  'mask',
  '(flag-1,flag-2)',
  '= 1',
];
const wordsOfOthers = fc
  .array(fc.oneof(NASTY_TEXT, fc.constantFrom(...WORDS), fc.constantFrom(...ADDRESSES)), { maxLength: 9 })
  .map((words) => words.join(' '));
const pasted = fc
  .array(fc.oneof(fc.constantFrom(...LISTING), wordsOfOthers), { maxLength: 12 })
  .chain((lines) => fc.boolean().map((whole) => (whole ? [...LISTING, ...lines] : lines).join('\n')));

async function importText(text: string): Promise<Fate> {
  const sysctls = readSysctls(text, new Set(['net.ipv4.vs.conntrack', 'kernel.osrelease']));
  const source = { table: readIpvsadm(text), sysctls, schema: 's', kernel: undefined, ports: undefined };
  const imported = scenarioFrom({ ...source, service: undefined });
  if (imported === null) return 'refused';
  for (const note of imported.notes) expectHarmless(note);
  return scenarioOf(imported.yaml) === null ? 'refused' : 'answered';
}

/** Recognised, weighed, told, and made a scenario of, with what brings the likeliest cause about. */
async function readEvidence(text: string): Promise<Fate> {
  const evidence = recognise(text, 'x.txt');
  const { recognised, unplaced } = evidence;
  const diagnosis = diagnose(recognised.flatMap(({ facts }) => facts));
  const told = { recognised, unplaced, diagnosis, reproduction: null };
  expectHarmless(renderDiagnosis(told));
  JSON.parse(JSON.stringify(diagnosisAnswer(told)));
  const read = importedFrom([text], [evidence]);
  const leading = diagnosis.judgements.find(isLikely)?.name;
  const staging = HYPOTHESES.find(({ name }) => name === leading)?.stage?.(read.seen);
  const rest = { service: busiestService(read.seen)?.address, load: loadOf(read.seen), schema: 's' };
  for (const stage of [undefined, staging]) {
    const imported = scenarioFrom({ ...read, ...rest, staging: stage });
    if (imported === null) continue;
    const { name } = scenarioOf(imported.yaml) ?? { name: 'imported' };
    if (name !== 'imported') throw new Error(`what was pasted has become a key: ${imported.yaml}`);
  }
  return recognised.length === 0 || unplaced.length > 0 ? 'refused' : 'answered';
}

const PACKED = readFileSync(new URL('../../golden/traces/5.4/persist60.jsonl.gz', import.meta.url));
const RECORDING = gunzipSync(PACKED).toString('utf8').trim().split('\n');
const recording = fc
  .tuple(fc.nat(RECORDING.length - 1), fc.integer({ min: 1, max: RECORDING.length }))
  .chain(([at, length]) =>
    mutated(JSON.parse(RECORDING[at]!)).map((line) =>
      [...RECORDING.slice(0, at), JSON.stringify(line), ...RECORDING.slice(at + 1)]
        .slice(0, length)
        .join('\n'),
    ),
  );

async function replayText(text: string): Promise<Fate> {
  try {
    replay(parseRecording(text));
    return 'answered';
  } catch (error) {
    return refusal(error, RecordingError);
  }
}

const SIGNS = [
  'min',
  '(',
  ')',
  'qps',
  ',',
  '30s..60s',
  '>=',
  '<',
  'p99',
  'connect',
  'drop.',
  '[',
  ']',
  ' in ',
];
const PARTS = [
  'clients.0.rate',
  '=',
  '..',
  ':',
  '*',
  '1',
  '2.5',
  'ms',
  '/s',
  '1e9',
  '-',
  'count',
  '%',
  'rps > 1',
];
const phrase = fc
  .array(fc.oneof(NASTY_TEXT, fc.constantFrom(...SIGNS), fc.constantFrom(...PARTS)), { maxLength: 8 })
  .map((parts) => parts.join(''));
const CLIFF = read('scenarios/k8s-cliff.yaml');

/** Arguments of --set, --vary, --until and expectations. */
async function readPhrase(text: string): Promise<Fate> {
  const { scenario, problems } = parseScenario(CLIFF, { file: 'x', set: [text, `duration=${text}`] });
  expectHarmless(formatProblems(problems, CLIFF));
  const reading = readExpectation(text);
  try {
    parseVary(text);
    return 'answered';
  } catch (error) {
    const fate = refusal(error, UserError);
    return reading.ok || scenario !== null ? 'answered' : fate;
  }
}

const SHIPPED = ['k8s-cliff', 'k8s-rolling-update', 'moby-31746-a', 'udp-flows'].map((name) =>
  read(`scenarios/${name}.yaml`),
);

async function readScrambled(text: string): Promise<Fate> {
  return scenarioOf(text) === null ? 'refused' : 'answered';
}

const LESSONS = ['2-ports-come-round', '5-price-of-mode-0'].map((name) => read(`lessons/${name}.yaml`));

/** A lesson's file, and the same text as what a class hands in. */
async function readLesson(text: string): Promise<Fate> {
  const { lesson, problems } = parseLesson(text, 'x.yaml');
  if ((lesson === null) !== problems.length > 0) throw new Error('neither a lesson nor a problem');
  const printed = formatProblems(problems, text);
  expectHarmless(printed);
  if (/undefined|\[object|Invalid input/.test(printed)) throw new Error(`no words for a problem: ${printed}`);
  const marks = readHandIns(text).map((one) => ({
    lesson: '',
    set: [],
    ...one,
    isSolved: false,
    words: 'message' in one ? one.message : '',
  }));
  expectHarmless(marksText(marks));
  return lesson === null ? 'refused' : 'answered';
}

export const SUBJECTS: readonly Subject[] = [
  { name: 'scenarios', inputs: scenarioFile, try: runScenario },
  { name: 'broken scenarios', inputs: brokenScenarioFile, try: runScenario },
  { name: 'scrambled scenarios', inputs: scrambled(SHIPPED), try: readScrambled },
  { name: 'results', inputs: mutated(RESULT).map((value) => JSON.stringify(value) ?? ''), try: reportResult },
  { name: 'journals', inputs: journal, try: readJournalText },
  { name: 'pasted text', inputs: pasted, try: importText },
  { name: 'evidence', inputs: scrambled(EVIDENCE), try: readEvidence },
  { name: 'recordings', inputs: recording, try: replayText },
  { name: 'phrases', inputs: phrase, try: readPhrase },
  { name: 'lessons', inputs: scrambled(LESSONS), try: readLesson },
];
