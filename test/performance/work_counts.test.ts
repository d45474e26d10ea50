/**
 * The guard against slowness that no timing can give on a noisy machine: counted work per request, compared
 * with the last committed figures. `npm test -- test/performance -u` builds and accepts new ones.
 */
import { expect, test } from 'vitest';
import { workCounts } from '../../tools/bench/work_counts.ts';

test.each([
  ['a-mode0-steady', 30],
  ['b-cliff', 60],
  ['d-5.10-reschedule', 15],
  ['e-100-servers-wlc', 10],
  ['f-5000-services', 5],
  ['f-one-service', 5],
])('%s: events, heap operations and probes of a request', async (name, seconds) => {
  const counts = await workCounts(name, seconds);
  await expect(`${JSON.stringify(counts, null, 2)}\n`).toMatchFileSnapshot(`work/${name}.json`);
});
