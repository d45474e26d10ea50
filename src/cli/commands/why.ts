/** `ipvsim why`: the chain of causes of one slow or failed request, packet by packet. */
import type { ConnectQuery } from '../../measure/connects.ts';
import { renderWhy } from '../../report/why.ts';
import { UserError } from '../../storage/user_error.ts';
import { formatEndpoint } from '../../text/ipv4.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { loadScenario } from '../files/scenario_source.ts';
import { requireWithin } from '../instant.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { LIMIT_OPTIONS, limitsOf, refuseBeyond, runLimits } from '../limits.ts';
import { showProgress } from '../progress.ts';
import { commandLine } from '../repeat.ts';
import { SCENARIO, SCENARIO_OPTIONS } from '../scenario_options.ts';
import { findAttempt, traceAttempt } from '../slow_connect.ts';

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    ...SCENARIO_OPTIONS,
    ...LIMIT_OPTIONS,
    at: { type: 'time', describe: 'the slowest connect under way at that instant' },
    request: { type: 'count', minimum: 1, describe: 'the connect of that number, in order of their starts' },
    port: {
      type: 'count',
      minimum: 1,
      maximum: 65535,
      describe: 'the slowest connect from that source port',
    },
  },
  examples: [
    ['why k8s-cliff --at 20s', 'what a connect meets once the source ports come round'],
    ['why k8s-cliff --request 40000', 'the same for one connect by its number'],
  ],
  notes: ['The scenario is simulated twice: once to find the connect, and once to record its packets.'],
  async run({ scenario: source, set, seed, at, request, port, ...asked }, terminal) {
    const query = queryOf(at, request, port);
    const scenario = await loadScenario(source, { set, seed });
    requireWithin('--at', at, scenario.duration_ns);
    const limits = limitsOf(asked);
    refuseBeyond([scenario], limits, 1);
    const watch = {
      limits: runLimits(limits),
      interrupt: listenForInterrupt(terminal),
      progress: showProgress(terminal),
      label: scenario.name,
    };
    const attempt = await findAttempt(scenario, query, watch);
    if (watch.interrupt.asked) return EXIT.interrupted;
    if (attempt === null) throw new UserError('there is no such TCP connect in this run', NOTHING_FOUND);
    const events = await traceAttempt(scenario, attempt, true, watch);
    if (watch.interrupt.asked) return EXIT.interrupted;
    const follow = formatEndpoint(attempt.source, attempt.sourcePort);
    const commands = [
      `${commandLine('trace', { source, set, seed })} --follow ${follow} --decisions`,
      commandLine('advise', { source, set, seed }),
    ];
    await terminal.print(renderWhy(events, { look: terminal, start_ns: attempt.start_ns, commands }));
    return EXIT.ok;
  },
});

const NOTHING_FOUND = 'ipvsim run prints how many connects there are and how long the run is';

function queryOf(
  at_ns: number | undefined,
  request: number | undefined,
  sourcePort: number | undefined,
): ConnectQuery {
  const queries: ConnectQuery[] = [];
  if (at_ns !== undefined) queries.push({ at_ns });
  if (request !== undefined) queries.push({ request });
  if (sourcePort !== undefined) queries.push({ sourcePort });
  if (queries.length === 1) return queries[0]!;
  throw new UserError(
    'why needs one of --at, --request and --port',
    'for example: ipvsim why k8s-cliff --at 20s',
  );
}
