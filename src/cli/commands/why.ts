/** `ipvsim why`: the chain of causes of one slow or failed request, packet by packet. */
import { type Advance, askedOf, findRequest, type RequestQuery, recordRequest } from '../../asked_request.ts';
import { renderAnswer } from '../../report/answers/answer.ts';
import { whyAnswer } from '../../report/answers/why_answer.ts';
import { whyOf } from '../../report/why.ts';
import { nextCommands, renderWhy } from '../../report/why_text.ts';
import { UserError } from '../../storage/user_error.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { endingAt, loadScenario } from '../files/scenario_source.ts';
import { requireReached, requireWithin } from '../instant.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { LIMIT_OPTIONS, limitsOf, refuseBeyond, runLimits } from '../limits.ts';
import { showProgress } from '../progress.ts';
import { ANSWER_FORMAT, SCENARIO, SCENARIO_OPTIONS, UNTIL_OPTION } from '../scenario_options.ts';
import { advanceWatched } from '../watched_run.ts';

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    ...SCENARIO_OPTIONS,
    ...UNTIL_OPTION,
    ...LIMIT_OPTIONS,
    ...ANSWER_FORMAT,
    at: { type: 'time', describe: 'the slowest request under way at that instant' },
    request: { type: 'count', minimum: 1, describe: 'the connect of that number, in order of their starts' },
    port: {
      type: 'count',
      minimum: 1,
      maximum: 65535,
      describe: 'the request from that source port that went worst',
    },
  },
  examples: [
    ['why k8s-cliff', 'the request that failed, or the slowest of the run'],
    ['why k8s-cliff --at 20s', 'what a connect meets once the source ports come round'],
    ['why k8s-cliff --request 40000', 'the same for one connect by its number'],
  ],
  notes: [
    'Without --at, --request and --port it is the first request that failed, else the slowest of all. The scenario is ' +
      'simulated twice: once to find the request, and once to record its packets.',
  ],
  async run({ scenario: source, set, seed, until, format, at, request, port, ...asked }, terminal) {
    const query = queryOf(at, request, port);
    const scenario = endingAt(await loadScenario(source, { set, seed }), until);
    requireWithin('--at', at, scenario.duration_ns);
    const limits = limitsOf(asked);
    refuseBeyond([scenario], limits, 1);
    const watch = {
      limits: runLimits(limits),
      interrupt: listenForInterrupt(terminal),
      progress: showProgress(terminal),
      label: scenario.name,
    };
    const advance: Advance = async (run, enough) => {
      await advanceWatched(run, watch, enough);
      if (!watch.interrupt.asked) requireReached('--at', at, run);
    };
    const found = await findRequest(scenario, query, advance);
    if (watch.interrupt.asked) return EXIT.interrupted;
    if (found === null) throw new UserError('there is no such request in this run', NOTHING_FOUND);
    const { account } = await recordRequest(scenario, found, (run, enough) =>
      advanceWatched(run, watch, enough),
    );
    if (watch.interrupt.asked) return EXIT.interrupted;
    const why = whyOf(account, askedOf(scenario, found));
    if (format === 'json') {
      await terminal.print(renderAnswer(whyAnswer(scenario, why)));
      return EXIT.ok;
    }
    const commands = nextCommands(why, { source, set, seed, until_ns: until });
    await terminal.print(renderWhy(why, { look: terminal, commands }));
    return EXIT.ok;
  },
});

const NOTHING_FOUND = 'ipvsim run prints how many requests there are and how long the run is';

function queryOf(
  at_ns: number | undefined,
  number: number | undefined,
  port: number | undefined,
): RequestQuery {
  const queries: RequestQuery[] = [];
  if (at_ns !== undefined) queries.push({ kind: 'at', at_ns });
  if (number !== undefined) queries.push({ kind: 'connect', number });
  if (port !== undefined) queries.push({ kind: 'port', port });
  if (queries.length > 1) throw new UserError('why takes one of --at, --request and --port, not several');
  return queries[0] ?? { kind: 'worst' };
}
