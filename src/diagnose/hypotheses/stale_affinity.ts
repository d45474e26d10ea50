/** Templates of persistence that name a real server which is gone. */

import type { FactOf } from '../../evidence/fact.ts';
import { yamlAddress } from '../../import/yaml_words.ts';
import { count } from '../../report/numbers.ts';
import { addressAfter, endpointText, familyOf, hostOf, portOf } from '../../text/endpoint.ts';
import { besideCount, type Hypothesis, mostOf, type Scales } from '../hypothesis.ts';
import type { Seen } from '../seen.ts';

/** Addresses that end in one byte. */
const MOST_CLIENTS = 200;
const FIRST_CLIENT = { 4: '10.0.0.1', 6: 'fd00:10::1' } as const;

export const STALE_AFFINITY: Hypothesis = {
  name: 'stale-affinity',
  title: 'affinity outlives its real server',
  weigh(seen, scales) {
    const { services } = seen;
    const persistent = services.filter(({ persistent_s }) => persistent_s > 0);
    const templates = templatesOf(seen);
    const [first] = services;
    if (first !== undefined && persistent.length === 0) {
      const isPart = services.some((service) => service.isPart);
      scales.speaksAgainst(isPart ? 'sign' : 'proof', first.at, 'no service has persistence');
      return;
    }
    const [template] = templates;
    if (template === undefined || first === undefined) {
      if (persistent.length === 0) return;
      scales.lacks('ipvsadm -Lnc | grep NONE', 'templates that name a real server which is gone');
      const stuck = stuckConnects(seen);
      if (stuck === undefined) return;
      const words = `${count(stuck.count)} connects to ${stuck.server}, which is gone or has weight 0, are under way`;
      scales.speaksFor('sign', stuck.at, `${words}: only affinity sends new ones there`);
      weighSetting(seen, scales);
      return;
    }
    const stale = staleTemplates(seen);
    const [worst] = stale;
    if (worst === undefined) {
      const words = 'every template names a real server that is there';
      scales.speaksAgainst(seen.hasAllEntries ? 'proof' : 'sign', template.at, words);
      return;
    }
    const number = stale.reduce((sum, fact) => sum + fact.templates, 0);
    scales.speaksFor(
      'sign',
      worst.at,
      `${count(number)} templates name ${worst.server}, which is gone or has weight 0`,
    );
    weighSetting(seen, scales);
  },
  stage(seen) {
    const [worst] = staleTemplates(seen);
    if (worst === undefined) return {};
    const host = hostOf(worst.server);
    const server = seen.all('server').find((each) => sameServer(each.address, worst.server));
    const service = seen.services.find(({ persistent_s }) => persistent_s > 0);
    const port = portOf(worst.server) || (service?.address.includes(':') ? portOf(service.address) : 80);
    const gone = server?.address ?? endpointText(host, port);
    const first = FIRST_CLIENT[familyOf(gone)];
    const clients = Math.min(MOST_CLIENTS, Math.max(2, 2 * worst.clients));
    return {
      ...(service === undefined ? {} : { service: `${service.protocol}:${service.address}` }),
      duration_s: 60,
      first: [gone],
      client: {
        addresses: JSON.stringify([`${first}-${addressAfter(first, clients - 1)}`]),
        load: `rate: ${clients}/s`,
      },
      events: [`{ at: 10s, weight: { "${gone}": 0 } }`, `{ at: 10s, unplug: ${yamlAddress(host)} }`],
    };
  },
  beside(seen, result) {
    const stale = staleTemplates(seen);
    const value = stale.reduce((sum, fact) => sum + fact.templates, 0);
    const observed = stale[0] === undefined ? null : { value, at: stale[0].at };
    return besideCount('templates, of it and of others', observed, mostOf(result, 'entries[TEMPLATE]'));
  },
};

/** Fewer may be from before. */
const MANY = 5;

/** Connects under way to a real server of a persistent service that gets no new ones otherwise. */
function stuckConnects(seen: Seen): FactOf<'entries'> | undefined {
  return seen.entries.find(({ protocol, service, server, state, count: number }) => {
    const isOpening = /^SYN_(?:SENT|RECV)$/u.test(state) && number >= MANY;
    const isPersistent = seen.services.some(
      (each) => each.protocol === protocol && each.address === service && each.persistent_s > 0,
    );
    return isOpening && isPersistent && (seen.server(protocol, service, server)?.weight ?? 0) === 0;
  });
}

function templatesOf(seen: Seen): readonly FactOf<'entries'>[] {
  return seen.entries.filter((fact) => fact.templates > 0);
}

/** Those whose real server is gone or has weight 0. */
function staleTemplates(seen: Seen): readonly FactOf<'entries'>[] {
  const servers = seen.all('server');
  return templatesOf(seen).filter(({ server }) =>
    servers.filter(({ address }) => sameServer(address, server)).every(({ weight }) => weight === 0),
  );
}

/** A template's port is 0 where it stands for several ports. */
function sameServer(listed: string, ofTemplate: string): boolean {
  return portOf(ofTemplate) === 0 ? hostOf(listed) === hostOf(ofTemplate) : listed === ofTemplate;
}

function weighSetting(seen: Seen, scales: Scales): void {
  const expire = seen.sysctl('net.ipv4.vs.expire_quiescent_template');
  if (expire === null)
    scales.lacks(
      'sysctl net.ipv4.vs.expire_quiescent_template',
      'with 0 clients stay with a real server of weight 0',
    );
  else if (expire.value === 0)
    scales.speaksFor(
      'sign',
      expire.at,
      'expire_quiescent_template is 0: clients stay with a real server of weight 0',
    );
}
