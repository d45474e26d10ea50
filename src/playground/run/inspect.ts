/** In the worker: finds the request that is asked about, records it, and tells why it went as it did. */
import { type Advance, askedOf, findRequest, type RequestQuery, recordRequest } from '../../asked_request.ts';
import { kernelFeatures } from '../../kernel/features.ts';
import { storiesOf } from '../../measure/packet_stories.ts';
import { commandLine } from '../../report/command.ts';
import { duration } from '../../report/numbers.ts';
import { conditionWalk } from '../../report/packets/condition_walk.ts';
import { ladderOf } from '../../report/packets/ladder.ts';
import { PLAIN } from '../../report/text.ts';
import { whyOf } from '../../report/why.ts';
import { nextCommands, renderWhy } from '../../report/why_text.ts';
import { givenUpWords, runInSlices } from '../../run_slices.ts';
import { parseScenario } from '../../scenario/parse.ts';
import { settingsAt } from '../../scenario/sysctl.ts';
import { formatProblems } from '../../scenario/text/problem.ts';
import type { Answer, Inquiry } from './messages.ts';
import { otherMessages } from './other_messages.ts';

/** Thrown by a run that goes beyond its limits. */
class GivenUpError extends Error {}

/** `isStale` says whether somebody asks something else by now. */
export async function inspect(inquiry: Inquiry, isStale: () => boolean, mostEvents: number): Promise<Answer> {
  const { id, text, file, set, query, name, columns } = inquiry;
  const { scenario, problems } = parseScenario(text, { file, set });
  if (scenario === null) return { id, kind: 'problems', problems, text: formatProblems(problems, text) };
  const advance: Advance = async (run, enough) => {
    const turn = async () => {
      await otherMessages();
      return isStale() || enough();
    };
    const limits = { maxEvents: mostEvents, memory: null };
    const givenUp = await runInSlices(run, limits, { turn, now_ms: () => performance.now() });
    if (givenUp !== null) throw new GivenUpError(givenUpWords(givenUp).join(': '));
  };
  try {
    const found = await findRequest(scenario, query, advance);
    if (found === null) return { id, kind: 'stopped', text: 'There is no such request in this run.' };
    const { account, events } = await recordRequest(scenario, found, advance);
    const why = whyOf(account, askedOf(scenario, found));
    const asked = { source: name, set, seed: undefined };
    const look = { ...PLAIN, columns };
    return {
      id,
      kind: 'found',
      port: why.request.source === null ? null : Number(why.request.source.replace(/^.*:/u, '')),
      source: why.request.source,
      start_ns: why.request.start_ns,
      text: renderWhy(why, { look, commands: nextCommands(why, asked) }),
      command: `${commandLine('why', asked)}${optionOf(query, found.attempt?.number ?? null)}`,
      ladder: ladderOf(events),
      walks: storiesOf(events).flatMap((story) => {
        const { kernel } = settingsAt(scenario, story.node ?? undefined);
        return conditionWalk(story, kernelFeatures(kernel)) ?? [];
      }),
    };
  } catch (error) {
    if (error instanceof GivenUpError) return { id, kind: 'stopped', text: error.message };
    throw error;
  }
}

/** What asks the command line for the same request. */
function optionOf(query: RequestQuery, number: number | null): string {
  if (query.kind === 'at') return ` --at ${duration(query.at_ns)}`;
  return query.kind === 'opened' && number !== null ? ` --request ${number}` : '';
}
