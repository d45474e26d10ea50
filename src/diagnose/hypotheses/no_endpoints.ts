/** Services that have nobody behind them. */
import type { FactOf } from '../../evidence/fact.ts';
import { besideCount, type Hypothesis, type Scales } from '../hypothesis.ts';
import type { Seen } from '../seen.ts';

export const NO_ENDPOINTS: Hypothesis = {
  name: 'no-endpoints',
  title: 'a service has no real server',
  weigh(seen, scales) {
    const { services } = seen;
    const [first] = services;
    if (first === undefined) {
      weighMessages(seen, scales);
      scales.lacks('ipvsadm -Ln', 'the services and their real servers');
      return;
    }
    const { bare, unsure } = bareServices(seen);
    const [worst] = bare;
    if (worst === undefined) {
      for (const { protocol, address } of unsure)
        scales.lacks(
          listOf(protocol, address),
          'whether it has real servers: a part of the table does not tell',
        );
      if (unsure.length === 0)
        scales.speaksAgainst('proof', first.at, 'every service has a real server with a weight');
      return;
    }
    const refused = seen.errors('refused');
    const others = bare.length === 1 ? '' : `, and ${bare.length - 1} more`;
    const where = hasElsewhere(seen, worst)
      ? ` at ${worst.host ?? worst.at.file}, and has at another node`
      : '';
    const isAlone = services.length === 1 && where === '';
    scales.speaksFor(
      isAlone ? 'proof' : 'hint',
      worst.at,
      `${worst.protocol} ${worst.address} has no real server with a weight${where}${others}`,
    );
    for (const { at, protocol, address } of seen.all('message')) {
      const isBare = bare.some((each) => each.protocol === protocol && each.address === address);
      if (isBare)
        scales.speaksFor('proof', at, `the kernel had nobody to send to for ${protocol} ${address}`);
    }
    if (refused !== null) scales.speaksFor('sign', refused.at, 'connections were refused');
    else if (!isAlone)
      scales.lacks(
        `curl -v http://${worst.address}/${where === '' ? '' : '   # by way of that node'}`,
        'whether it is that service which is asked: refused at once',
      );
  },
  stage(seen) {
    const [worst] = bareServices(seen).bare;
    return worst === undefined ? {} : { service: `${worst.protocol}:${worst.address}`, duration_s: 30 };
  },
  beside: (seen, { errors }) =>
    besideCount('connects refused', seen.errors('refused'), errors.ECONNREFUSED ?? 0),
};

/** As the kernel said it, at any time since it was started: pods may have been there before and since. */
function weighMessages(seen: Seen, scales: Scales): void {
  const told = seen.all('message').find(({ message }) => message === 'no destination');
  if (told?.address === undefined) return;
  scales.speaksFor('sign', told.at, `the kernel had nobody to send to for ${told.protocol} ${told.address}`);
  scales.lacks(listOf(told.protocol ?? 'tcp', told.address), 'whether it has real servers now');
}

function listOf(protocol: string, address: string): string {
  return protocol === 'fwm'
    ? `ipvsadm -Ln -f ${address}`
    : `ipvsadm -Ln -${protocol === 'udp' ? 'u' : 't'} ${address}`;
}

/** Services by the node that they were listed at: pods may be behind one of them only. */
function bareServices(seen: Seen): {
  readonly bare: readonly FactOf<'service'>[];
  /** Those of which not all real servers are known. */
  readonly unsure: readonly FactOf<'service'>[];
} {
  const servers = seen.all('server');
  const none = seen
    .all('service')
    .filter((service) => serversAt(servers, service).every(({ weight }) => weight === 0));
  const isUnsure = ({ isPart, hasUnread }: FactOf<'service'>) => isPart === true || hasUnread === true;
  return { bare: none.filter((service) => !isUnsure(service)), unsure: none.filter(isUnsure) };
}

function serversAt(
  servers: readonly FactOf<'server'>[],
  { protocol, address, host, at }: FactOf<'service'>,
): readonly FactOf<'server'>[] {
  return servers.filter(
    (server) =>
      server.protocol === protocol &&
      server.service === address &&
      (server.host ?? server.at.file) === (host ?? at.file),
  );
}

function hasElsewhere(seen: Seen, { protocol, address }: FactOf<'service'>): boolean {
  return seen
    .all('server')
    .some((server) => server.protocol === protocol && server.service === address && server.weight > 0);
}
