/** Services that have nobody behind them. */
import type { FactOf } from '../../evidence/fact.ts';
import { besideCount, type Hypothesis } from '../hypothesis.ts';
import type { Seen } from '../seen.ts';

export const NO_ENDPOINTS: Hypothesis = {
  name: 'no-endpoints',
  title: 'a service has no real server',
  weigh(seen, scales) {
    const { services } = seen;
    const [first] = services;
    if (first === undefined) {
      scales.lacks('ipvsadm -Ln', 'the services and their real servers');
      return;
    }
    const bare = bareServices(seen);
    const [worst] = bare;
    if (worst === undefined) {
      scales.speaksAgainst('proof', first.at, 'every service has a real server with a weight');
      return;
    }
    const refused = seen.errors('refused');
    const others = bare.length === 1 ? '' : `, and ${bare.length - 1} more`;
    scales.speaksFor(
      services.length === 1 ? 'proof' : 'hint',
      worst.at,
      `${worst.protocol} ${worst.address} has no real server with a weight${others}`,
    );
    if (refused !== null) scales.speaksFor('sign', refused.at, 'connections were refused');
    else if (services.length > 1)
      scales.lacks(
        `curl -v http://${worst.address}/`,
        'whether it is that service which is asked: refused at once',
      );
  },
  stage(seen) {
    const [worst] = bareServices(seen);
    return worst === undefined ? {} : { service: `${worst.protocol}:${worst.address}`, duration_s: 30 };
  },
  beside: (seen, { errors }) =>
    besideCount('connects refused', seen.errors('refused'), errors.ECONNREFUSED ?? 0),
};

function bareServices(seen: Seen): readonly FactOf<'service'>[] {
  const servers = seen.all('server');
  return seen.services.filter(({ protocol, address }) =>
    servers
      .filter((server) => server.protocol === protocol && server.service === address)
      .every(({ weight }) => weight === 0),
  );
}
