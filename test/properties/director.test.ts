/** Properties of the director under random scripts: see invariants.ts for what is checked after every event. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Act, SERVERS, SERVICES, type Setup, script, setup, WEEKS_S } from './script.ts';
import { World } from './world.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 400);

function play(given: Setup, acts: readonly Act[], seed = 'properties'): World {
  const world = new World(given, seed);
  world.run(acts);
  return world;
}

test('invariants hold after every event', () => {
  fc.assert(
    fc.property(setup, script, (given, acts) => {
      play(given, acts);
    }),
    { numRuns: RUNS },
  );
});

function lastsForWeeks({ sysctl }: Setup, acts: readonly Act[]): boolean {
  const values = [...Object.values(sysctl), ...acts.map((act) => (act.kind === 'sysctl' ? act.value : 0))];
  return values.includes(WEEKS_S);
}

/** Longer than any other timeout of conntrack, and than any template can be kept. */
const SIX_DAYS_MS = 6 * 24 * 3600 * 1000;

test('when everything has expired, nothing is left', () => {
  fc.assert(
    fc.property(setup, script, (given, acts) => {
      fc.pre(!lastsForWeeks(given, acts));
      const world = play(given, acts);
      for (let server = 0; server < SERVERS; server++) {
        for (let service = 0; service < SERVICES; service++) world.delete(service, server);
      }
      world.simulation.advance(world.simulation.now_ns + SIX_DAYS_MS * 1e6);
      const { net } = world.director;
      expect({ connections: net.conns.count, conntracks: net.conntracks.count }).toEqual({
        connections: 0,
        conntracks: 0,
      });
      expect(net.dests.map(({ refcount }) => refcount)).toEqual(net.dests.map(() => 0));
      expect(net.conntracks.tracks.live).toBe(0);
      expect(net.trash).toEqual([]);
      expect(net.timers.pendingCount).toBe(0);
    }),
    { numRuns: Math.ceil(RUNS / 8) },
  );
});

test('the same script and seed send the same bytes', () => {
  fc.assert(
    fc.property(setup, script, (given, acts) => {
      expect(play(given, acts).sent).toEqual(play(given, acts).sent);
    }),
    { numRuns: Math.ceil(RUNS / 8) },
  );
});
