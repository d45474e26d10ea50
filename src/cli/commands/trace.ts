/** `ipvsim trace`: packets as lines, or as a capture for Wireshark with the reasons of drops as comments. */

import { renderAnswer } from '../../report/answers/answer.ts';
import { traceAnswer } from '../../report/answers/trace_answer.ts';
import { seconds } from '../../report/numbers.ts';
import { renderPcapng } from '../../report/packets/pcapng.ts';
import { renderTrace } from '../../report/packets/trace_text.ts';
import { readEndpoint } from '../../scenario/addresses.ts';
import { UserError } from '../../storage/user_error.ts';
import { writeWhole } from '../../storage/whole_file.ts';
import { tracedRun } from '../../trace_run.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { loadScenario } from '../files/scenario_source.ts';
import { requireReached, requireWithin } from '../instant.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { LIMIT_OPTIONS, limitsOf, refuseBeyond, runLimits } from '../limits.ts';
import { showProgress } from '../progress.ts';
import { ANSWER_FORMAT, SCENARIO, SCENARIO_OPTIONS } from '../scenario_options.ts';
import { advanceWatched } from '../watched_run.ts';

/** Each packet makes several events: it is seen at each place that it passes. */
const LIMIT = 10_000;
/** Who names a span or wants a file wants the whole of it; this is some 500 MB of memory. */
const WHOLE_LIMIT = 1_000_000;

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    ...SCENARIO_OPTIONS,
    ...LIMIT_OPTIONS,
    ...ANSWER_FORMAT,
    follow: { type: 'list', value: 'IP:PORT', describe: 'only packets from or to that end' },
    from: { type: 'time', describe: 'only from that instant on' },
    to: { type: 'time', describe: 'only up to that instant' },
    until: { type: 'text', choices: ['drop'], describe: 'stop at the first drop among them' },
    decisions: { type: 'flag', describe: 'show what each kernel function looked at and did' },
    limit: {
      type: 'count',
      minimum: 1,
      maximum: 10_000_000,
      describe: `events kept at most [${LIMIT}; ${WHOLE_LIMIT} with --to or --pcapng]`,
    },
    pcapng: {
      type: 'text',
      value: 'FILE',
      describe: 'write a capture instead of lines; - for standard output',
    },
  },
  examples: [
    ['trace k8s-cliff --follow 10.0.0.1:1024 --until drop', "one source port's packets up to the drop"],
    ['trace k8s-cliff --from 16s --to 18s --pcapng cliff.pcapng', 'for Wireshark: an interface per place'],
    ['trace k8s-cliff --until drop --limit 40', 'the last events before the first drop of all'],
  ],
  async run(args, terminal) {
    const {
      scenario: source,
      set,
      seed,
      format,
      follow,
      from,
      to,
      until,
      decisions,
      limit,
      pcapng,
      ...asked
    } = args;
    if (format === 'json' && pcapng !== undefined)
      throw new UserError('--format json and --pcapng are two forms of one trace');
    const scenario = await loadScenario(source, { set, seed });
    requireWithin('--from', from, scenario.duration_ns);
    requireWithin('--to', to, scenario.duration_ns);
    const untilDrop = until === 'drop';
    if (from !== undefined && to !== undefined && from >= to)
      throw new UserError('--from must lie before --to');
    const most = limit ?? (to === undefined && pcapng === undefined ? LIMIT : WHOLE_LIMIT);
    const limits = limitsOf(asked);
    refuseBeyond([scenario], limits, 1);
    const { run, recorder } = tracedRun(scenario, {
      limit: most,
      untilDrop,
      // What led to the drop is wanted, not what the run began with.
      keep: untilDrop ? 'last' : 'first',
      ...(follow.length > 0 ? { follow: follow.map(endpointOf) } : {}),
      ...(from === undefined ? {} : { from_ns: from }),
      ...(to === undefined ? {} : { to_ns: to }),
    });
    const interrupt = listenForInterrupt(terminal);
    const watch = {
      interrupt,
      progress: showProgress(terminal),
      label: `tracing ${scenario.name}`,
      limits: runLimits(limits),
    };
    await advanceWatched(run, watch, () => recorder.done);
    requireReached('--from', from, run);
    requireReached('--to', to, run);
    const { events, truncated } = recorder;
    if (events.length === 0) terminal.say('No such packet in this run.');
    else if (untilDrop && recorder.drops === 0) terminal.say('No drop among these packets.');
    if (truncated && !untilDrop) {
      const end = seconds((events.at(-1)?.at_ns ?? 0) / 1e9);
      terminal.complain(
        `ipvsim: not whole: more than ${most} events, what comes after ${end} is left out\n` +
          '        --follow, --from and --to choose others, --limit keeps more',
      );
    }
    if (format === 'json') await terminal.print(renderAnswer(traceAnswer(scenario, { events, truncated })));
    else if (pcapng === undefined) await terminal.print(renderTrace(events, { look: terminal, decisions }));
    else if (pcapng === '-') await terminal.printBytes(renderPcapng(events));
    else writeWhole(pcapng, renderPcapng(events));
    return interrupt.asked ? EXIT.interrupted : EXIT.ok;
  },
});

function endpointOf(text: string): string {
  const reading = readEndpoint(text);
  if (reading.ok) return reading.value;
  throw new UserError(`--follow ${reading.message} (got ${JSON.stringify(text)})`, reading.hint);
}
