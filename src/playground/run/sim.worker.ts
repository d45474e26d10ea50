/** The simulator in a worker of its own, so that the page never waits: the same core as the command line's. */
import { config } from 'zod';
import { portOwners } from '../../measure/port_events.ts';
import type { PortLog } from '../../measure/port_log.ts';
import { givenUpWords, runInSlices } from '../../run_slices.ts';
import { parseScenario } from '../../scenario/parse.ts';
import { formatProblems } from '../../scenario/text/problem.ts';
import { readYaml } from '../../scenario/text/yaml_tree.ts';
import { portsRun } from '../../trace_run.ts';
import { inspect } from './inspect.ts';
import type { Answer, EventsPart, Inquiry, Question } from './messages.ts';
import { otherMessages } from './other_messages.ts';

// Without it zod tries whether it may compile code, which the page's policy forbids and its console reports.
config({ jitless: true });

/** Between two parts of a run; a part is a moment's work for the page. */
const PART_MS = 200;
/** Some minutes of work; a page that computes for longer is not one to play with. */
const MOST_EVENTS = 200e6;

const port = self as unknown as {
  postMessage(answer: Answer, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Question | Inquiry>) => void) | null;
};
let latest = 0;

port.onmessage = ({ data }) => {
  latest = data.id;
  if (data.kind === 'run') void answer(data);
  else void inform(data);
};

async function inform(inquiry: Inquiry): Promise<void> {
  const isStale = () => inquiry.id !== latest;
  const told = await inspect(inquiry, isStale, MOST_EVENTS);
  if (!isStale()) port.postMessage(told);
}

async function answer({ id, text, file, set, owner: place }: Question): Promise<void> {
  const { scenario, problems } = parseScenario(text, { file, set });
  if (scenario === null) {
    port.postMessage({ id, kind: 'problems', problems, text: formatProblems(problems, text) });
    return;
  }
  const owners = portOwners(scenario);
  const owner = owners[place] ?? owners[0];
  if (owner === undefined) {
    port.postMessage({
      id,
      kind: 'stopped',
      text: 'The scenario has no clients: there are no ports to watch.',
    });
    return;
  }
  const { run, log } = portsRun(scenario, owner);
  const { kinds } = log.events;
  port.postMessage({ id, kind: 'begin', scenario, owner, owners, kinds, events: eventsIn(text) });
  let sent = 0;
  const next = () => {
    const part = partOf(log, sent);
    sent = log.events.length;
    return part;
  };
  let told_ms = 0;
  const givenUp = await runInSlices(
    run,
    { maxEvents: MOST_EVENTS, memory: null },
    {
      now_ms: () => performance.now(),
      turn: async () => {
        if (performance.now() - told_ms > PART_MS) {
          const { series } = run.result();
          hand({ id, kind: 'more', part: next(), now_ns: run.now_ns, series });
          told_ms = performance.now();
        }
        await otherMessages();
        return id !== latest;
      },
    },
  );
  if (id !== latest) return;
  if (givenUp !== null) port.postMessage({ id, kind: 'stopped', text: givenUpWords(givenUp).join(': ') });
  else hand({ id, kind: 'end', part: next(), result: run.result() });
}

/** A part's columns are its own, so that they change hands without being copied. */
function hand(answer: Extract<Answer, { readonly part: EventsPart }>): void {
  const { at_ns, port: ports, what, timeout_ns } = answer.part;
  port.postMessage(answer, [at_ns.buffer, ports.buffer, what.buffer, timeout_ns.buffer]);
}

/** How many events the text itself has. */
function eventsIn(text: string): number {
  const { root } = readYaml(text);
  const events = root?.value instanceof Map ? root.value.get('events')?.value : undefined;
  return Array.isArray(events) ? events.length : 0;
}

function partOf({ events }: PortLog, from: number): EventsPart {
  const { length } = events;
  return {
    at_ns: events.at_ns.slice(from, length),
    port: events.port.slice(from, length),
    what: events.what.slice(from, length),
    timeout_ns: events.timeout_ns.slice(from, length),
  };
}
