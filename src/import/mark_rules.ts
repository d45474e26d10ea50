/**
 * What gets a firewall mark: rules as `iptables-save` and `nft list ruleset` print them. IPVS's own tables name a service
 * by its mark only.
 */
import { parseTarget, readEndpoint } from '../scenario/addresses.ts';
import { endpointText, familyOf } from '../text/endpoint.ts';
import type { Transport } from '../text/transport.ts';
import { familyOfService, type ImportedService, type ImportedTable } from './ipvsadm.ts';

export interface MarkRule {
  readonly mark: number;
  readonly protocol: Transport;
  /** `10.96.0.10:80` */
  readonly address: string;
  /** From 1. */
  readonly line: number;
}

export interface MarkRules {
  readonly rules: readonly MarkRule[];
  /** Rules that mark what no list of addresses and ports can say. */
  readonly ignored: readonly { readonly line: number; readonly why: string }[];
}

/** A rule that sets a mark, in either form. */
const SETS_MARK = /-j MARK --set-x?mark (\S+)|\bmeta mark set (\S+)/u;

export function setsMark(line: string): boolean {
  return SETS_MARK.test(line);
}

/** A rule may list several ports. Lines that set no mark are passed over. */
export function readMarkRules(
  lines: readonly { readonly text: string; readonly number: number }[],
): MarkRules {
  const rules: MarkRule[] = [];
  const ignored: { line: number; why: string }[] = [];
  for (const { text, number } of lines) {
    const found = SETS_MARK.exec(text);
    if (found === null) continue;
    const mark = Number((found[1] ?? found[2]!).split('/')[0]);
    const miss = (why: string): void => void ignored.push({ line: number, why });
    if (!Number.isInteger(mark) || mark < 1 || mark > 0xffffffff) {
      miss('sets no mark that is a number above 0');
      continue;
    }
    const host =
      /(?:^|\s)(?:-d|ip6? daddr) (!)?\s*([\d.]+|[\da-fA-F.]*:[\da-fA-F:.]*)(?:\/(?:32|128))?(?=\s|$)/u.exec(
        text,
      );
    const protocol = (/(?:^|\s)-p (tcp|udp|sctp)\b/u.exec(text) ??
      /\b(tcp|udp|sctp) dport\b/u.exec(text))?.[1];
    const ports = portsOf(text);
    if (host === null || host[1] === '!')
      miss(`marks ${mark} for more than one address: write the addresses into targets`);
    else if (protocol === undefined || ports === undefined)
      miss(`marks ${mark} for every port of ${host[2]}: write those that matter into targets`);
    else {
      for (const port of ports) {
        const address = endpointText(host[2]!, port);
        const endpoint = readEndpoint(address);
        if (endpoint.ok)
          rules.push({
            mark,
            protocol: protocol as MarkRule['protocol'],
            address: endpoint.value,
            line: number,
          });
        else miss(`${address} is no address with a port`);
      }
    }
  }
  return { rules, ignored };
}

/** `--dport 80`, `--dports 80,443`, `dport { 80, 443 }`; undefined for a rule about every port. */
function portsOf(rule: string): string[] | undefined {
  const words = rule.split(/\s/u).filter((word) => word !== '');
  const at = words.findIndex((word) => word === 'dport' || word === '--dport' || word === '--dports');
  if (at < 0 || words[at - 1] === '!') return undefined;
  const closing = words.indexOf('}', at);
  const isSet = words[at + 1] === '{' && closing > 0;
  const list = isSet ? words.slice(at + 2, closing).join('') : (words[at + 1] ?? '');
  return list.split(',');
}

/** The services by mark of a table, with what the rules mark for them. */
export function withTargets(
  table: ImportedTable,
  rules: readonly Pick<MarkRule, 'mark' | 'protocol' | 'address'>[],
): ImportedTable {
  const services = table.services.map((service) => {
    if (service.mark === undefined) return service;
    const family = familyOfService(service);
    const own = rules.filter(({ mark, address }) => mark === service.mark && familyOf(address) === family);
    const [first] = own;
    if (first === undefined) return service;
    return { ...service, ...withTargetsFirst(first, own) };
  });
  return { ...table, services };
}

/** The service that is called at that address, or named so; null where none is known to be. */
export function serviceAt(
  services: readonly ImportedService[],
  address: string,
  protocol?: ImportedService['protocol'],
): ImportedService | null {
  for (const service of services) {
    const called = calledAt(service, address, protocol);
    if (called !== null) return called;
  }
  return null;
}

/** Where nothing told what is marked for the only service by mark, it is taken for what was seen to be called. */
export function guessedAt(services: readonly ImportedService[], address: string): ImportedService | null {
  const untold = services.filter(
    (service) =>
      service.mark !== undefined &&
      service.targets === undefined &&
      familyOfService(service) === familyOf(address),
  );
  const [only] = untold;
  return untold.length === 1 ? { ...only!, targets: [address] } : null;
}

/**
 * The service as it is called at that address: one by mark with the address first, for clients who name no other. Null
 * where it is not known to answer there.
 */
function calledAt(
  service: ImportedService,
  address: string,
  protocol?: ImportedService['protocol'],
): ImportedService | null {
  const { mark, targets } = service;
  if (mark === undefined || targets === undefined || service.address === address) {
    const isIt = service.address === address && (protocol ?? service.protocol) === service.protocol;
    return isIt ? service : null;
  }
  const marked = targets.map((text) => {
    const { protocol: own, address: at } = parseTarget(text);
    return { protocol: own ?? service.protocol, address: at };
  });
  const first = marked.find(
    (each) => each.address === address && (protocol ?? each.protocol) === each.protocol,
  );
  if (first === undefined) return null;
  return { ...service, ...withTargetsFirst(first, marked) };
}

type Marked = Pick<MarkRule, 'protocol' | 'address'>;

function withTargetsFirst(
  first: Marked,
  all: readonly Marked[],
): Pick<ImportedService, 'protocol' | 'targets'> {
  const texts = [first, ...all].map(({ protocol, address }) =>
    protocol === first.protocol ? address : `${protocol}:${address}`,
  );
  return { protocol: first.protocol, targets: [...new Set(texts)] };
}
