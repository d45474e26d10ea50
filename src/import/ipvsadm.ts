/**
 * Reads what an engineer can paste from a node: the listing of `ipvsadm -Ln` or the rules of `ipvsadm-save
 * -n` (also `ipvsadm -Sn`). Whatever a scenario has no place for is named, not dropped in silence.
 * scenario_yaml.ts turns the outcome into a scenario.
 */
import { readEndpoint, readHost, readNetmask, readRealServer } from '../scenario/addresses.ts';
import { endpointText, type Family, familyOf } from '../text/endpoint.ts';
import { nameTrouble, withPortNumber } from '../text/service_names.ts';
import type { Transport } from '../text/transport.ts';

export interface ImportedRealServer {
  /** How to find the true one, where this is made up. */
  readonly assumed?: string;
  readonly address: string;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** Of the pod that it is. */
  readonly gracePeriod_s?: number;
  /** It is a pod of this node. */
  readonly isLocal?: boolean;
  /** Who looks after it, and how soon it is taken out once it does not answer. */
  readonly checker?: Checker | undefined;
  /** Where it stands in the text, if its reader tells. */
  readonly line?: number;
}

export interface Checker {
  /** `TCP_CHECK`. */
  readonly name: string;
  readonly every_s: number;
  readonly timeout_s: number;
  readonly retries: number;
  readonly betweenRetries_s: number;
  /** Weight 0 instead of being deleted. */
  readonly inhibits: boolean;
}

export interface ImportedService {
  readonly protocol: Transport;
  /** `10.96.0.1:80`, or where it is known by a mark `FWM 1`, of IPv6 `FWM 1 IPv6`, which is another one. */
  readonly address: string;
  readonly mark?: number;
  /** What is marked for it, with the protocol before those that have another, and never the first; absent where nothing told. */
  readonly targets?: readonly string[];
  readonly scheduler: string;
  readonly schedulerFlags: readonly string[];
  /** Seconds, 0 for none. */
  readonly persistent_s: number;
  /** Of the clients that share their affinity; absent where each has its own. */
  readonly persistentNetmask?: string | undefined;
  readonly onePacket: boolean;
  readonly forward: 'masq' | 'route' | 'tunnel';
  /** In the order in which they were added: the reverse of the kernel's list. */
  readonly realServers: readonly ImportedRealServer[];
  /** Active and inactive connections of the listing, 0 where it has none. */
  readonly connections: number;
  /** Inactive ones of them: for TCP nearly all in TIME_WAIT. */
  readonly inactive: number;
  readonly line?: number;
  /** Who takes over when the real servers that are left weigh less than `quorum` together; they are taken out then. */
  readonly sorry?: { readonly address: string; readonly quorum: number } | undefined;
  /** Address of the same Service in the other family, in dual stack. */
  readonly twin?: string | undefined;
  /** How it is reached from outside the cluster. */
  readonly outside?: Outside | undefined;
}

export interface Outside {
  /** 0 for none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  /** externalTrafficPolicy: Local. */
  readonly isLocal: boolean;
}

export interface ImportedTable {
  readonly services: readonly ImportedService[];
  /** What was left out and why, a line each. */
  readonly ignored: readonly string[];
  /** net.ipv4.vs.timeout.tcp and its like, where the configuration sets them. */
  readonly sysctls?: ReadonlyMap<string, string>;
}

/** A service while its lines are read. */
interface Draft {
  protocol: Transport;
  address: string;
  mark?: number;
  scheduler: string;
  schedulerFlags: string[];
  persistent_s: number;
  persistentNetmask?: string;
  onePacket: boolean;
  forwards: ('masq' | 'route' | 'tunnel')[];
  realServers: ImportedRealServer[];
  connections: number;
  inactive: number;
  /** Real servers that were not read. */
  unread: number;
}

interface Reading {
  readonly services: Draft[];
  readonly ignored: string[];
  /** The service that the following real servers belong to; null for one that was left out. */
  current: Draft | null;
}

const FORWARD: ReadonlyMap<string, 'masq' | 'route' | 'tunnel'> = new Map([
  ['Masq', 'masq'],
  ['Route', 'route'],
  ['Tunnel', 'tunnel'],
  ['Local', 'masq'],
]);

/** ipvsadm prints none that comes near. */
const LONGEST_LINE = 2000;

export function readIpvsadm(text: string): ImportedTable {
  const other = /^Prot LocalAddress:Port\s+(CPS|Conns)\b/mu.exec(text)?.[1];
  if (other !== undefined) {
    const option = other === 'CPS' ? '--rate' : '--stats';
    return {
      services: [],
      ignored: [`this is ipvsadm -Ln ${option}, without schedulers and weights: ipvsadm -Ln has them`],
    };
  }
  const reading: Reading = { services: [], ignored: [], current: null };
  text.split(/\r?\n/u).forEach((raw, index) => {
    const line = raw.trim();
    const where = `line ${index + 1}`;
    if (line.length > LONGEST_LINE) {
      reading.ignored.push(`${where}: longer than ${LONGEST_LINE} characters`);
      return;
    }
    if (line === '' || line.startsWith('#') || isHeading(line)) return;
    if (/^(?:ipvsadm\s+)?-A\s/u.test(line)) readSavedService(reading, line, where);
    else if (/^(?:ipvsadm\s+)?-a\s/u.test(line)) readSavedServer(reading, line, where);
    else if (line.startsWith('->')) readListedServer(reading, line, where);
    else readListedService(reading, line, where);
  });
  for (const service of reading.services.filter(isUnread))
    reading.ignored.push(`service ${service.address}: left out, as none of its real servers was read`);
  const services = reading.services.filter((service) => !isUnread(service)).map(finish);
  return { services, ignored: reading.ignored };
}

/** One without real servers refuses its clients, which is another thing. */
function isUnread({ realServers, unread }: Draft): boolean {
  return realServers.length === 0 && unread > 0;
}

function isHeading(line: string): boolean {
  return /^(IP Virtual Server version|Prot LocalAddress:Port|-> RemoteAddress:Port|[#$] )/u.test(line);
}

/** `TCP  10.96.0.1:80 rr persistent 10800`, `FWM  1 IPv6 rr` */
function readListedService(reading: Reading, line: string, where: string): void {
  const [protocol = '', named = '', ...words] = line.split(/\s+/u);
  const isIpv6Mark = protocol === 'FWM' && words[0] === 'IPv6';
  const [scheduler = 'wlc', ...flags] = isIpv6Mark ? words.slice(1) : words;
  const address = isIpv6Mark ? named + IPV6_MARK : withPortNumber(named);
  reading.current = null;
  if (!/^(TCP|UDP|SCTP|FWM)$/u.test(protocol)) {
    reading.ignored.push(`${where}: not understood: ${line}`);
    return;
  }
  const draft = begin(reading, protocol.toLowerCase(), address, scheduler, where);
  if (draft === null) return;
  for (let flag = flags.shift(); flag !== undefined; flag = flags.shift()) {
    if (flag === 'persistent') draft.persistent_s = Number(flags.shift()) || 0;
    else if (flag === 'ops') draft.onePacket = true;
    else if (/^\(.*\)$/u.test(flag))
      draft.schedulerFlags.push(...schedulerFlags(flag.slice(1, -1), scheduler));
    else if (flag === 'mask') setNetmask(draft, flags.shift() ?? '', reading, where);
    else if (flag === 'pe') reading.ignored.push(`${where}: persistence engine ${flags.shift()}`);
    else reading.ignored.push(`${where}: flag ${flag}`);
  }
}

/** `-> 10.244.1.5:8080  Masq  1  0  14116` */
function readListedServer(reading: Reading, line: string, where: string): void {
  const [, address = '', forward = '', weight = '', active = '0', inactive = '0'] = line.split(/\s+/u);
  const method = FORWARD.get(forward);
  if (method === undefined || !/^\d+$/u.test(weight)) {
    reading.ignored.push(`${where}: not understood: ${line}`);
    return;
  }
  if (forward === 'Local') reading.ignored.push(`${where}: forwarding Local is taken for Masq`);
  const limits = { upperThreshold: 0, lowerThreshold: 0 };
  addServer(reading, { address, weight: Number(weight), ...limits }, method, where);
  if (reading.current === null) return;
  reading.current.connections += (Number(active) || 0) + (Number(inactive) || 0);
  reading.current.inactive += Number(inactive) || 0;
}

function setNetmask(draft: Draft, text: string, reading: Reading, where: string): void {
  if (readNetmask(text).ok) draft.persistentNetmask = text;
  else reading.ignored.push(`${where}: persistence mask ${text}`);
}

/** `-A -t 10.96.0.1:80 -s rr -p 10800` */
function readSavedService(reading: Reading, line: string, where: string): void {
  const options = saved(line);
  reading.current = null;
  const [protocol, address] = savedAddress(options);
  const scheduler = options.get('s') ?? 'wlc';
  const draft = begin(reading, protocol, address, scheduler, where);
  if (draft === null) return;
  if (options.has('p')) draft.persistent_s = Number(options.get('p')) || 300;
  draft.onePacket = options.has('o');
  draft.schedulerFlags.push(...schedulerFlags(options.get('b') ?? '', scheduler));
  if (options.has('M')) setNetmask(draft, options.get('M') ?? '', reading, where);
  if (options.has('pe')) reading.ignored.push(`${where}: persistence engine ${options.get('pe')}`);
}

/** `-a -t 10.96.0.1:80 -r 10.244.1.5:8080 -m -w 1` */
function readSavedServer(reading: Reading, line: string, where: string): void {
  const options = saved(line);
  const [protocol, address] = savedAddress(options);
  reading.current =
    reading.services.find((service) =>
      protocol === 'fwm'
        ? service.address === `FWM ${address}`
        : service.protocol === protocol && service.address === address,
    ) ?? null;
  const method = options.has('m') ? 'masq' : options.has('i') ? 'tunnel' : 'route';
  addServer(
    reading,
    {
      address: options.get('r') ?? '',
      weight: Number(options.get('w') ?? 1),
      upperThreshold: Number(options.get('x') ?? 0),
      lowerThreshold: Number(options.get('y') ?? 0),
    },
    method,
    where,
  );
}

/** ipvsadm's options by letter; long ones by name. A flag's value is empty. */
function saved(line: string): Map<string, string> {
  const words = line.split(/\s+/u);
  const options = new Map<string, string>();
  words.forEach((word, index) => {
    if (!word.startsWith('-')) return;
    const next = words[index + 1] ?? '-';
    options.set(word.replace(/^-+/u, ''), next.startsWith('-') ? '' : next);
  });
  return options;
}

function savedAddress(options: ReadonlyMap<string, string>): [protocol: string, address: string] {
  if (options.has('t')) return ['tcp', withPortNumber(options.get('t')!)];
  if (options.has('u')) return ['udp', withPortNumber(options.get('u')!)];
  if (options.has('f')) return ['fwm', options.get('f')! + (options.has('6') ? IPV6_MARK : '')];
  return ['sctp', withPortNumber(options.get('sctp-service') ?? '')];
}

function begin(
  reading: Reading,
  protocol: string,
  address: string,
  scheduler: string,
  where: string,
): Draft | null {
  const trouble = serviceError(protocol, address);
  if (trouble !== null) {
    reading.ignored.push(`${where}: service ${address}: ${trouble}`);
    return null;
  }
  const draft: Draft = {
    ...(protocol === 'fwm'
      ? { protocol: 'tcp', address: `FWM ${address}`, mark: Number.parseInt(address, 10) }
      : { protocol: protocol as Draft['protocol'], address }),
    scheduler,
    schedulerFlags: [],
    persistent_s: 0,
    onePacket: false,
    forwards: [],
    realServers: [],
    connections: 0,
    inactive: 0,
    unread: 0,
  };
  reading.services.push(draft);
  reading.current = draft;
  return draft;
}

/** What ipvsadm adds to the mark of a service of IPv6. */
const IPV6_MARK = ' IPv6';

/** What a service is called that has no address. */
export function markName(mark: number, family: Family): string {
  return `FWM ${mark}${family === 6 ? IPV6_MARK : ''}`;
}

export function familyOfService({ mark, address }: Pick<ImportedService, 'mark' | 'address'>): Family {
  if (mark === undefined) return familyOf(address);
  return address.endsWith(IPV6_MARK) ? 6 : 4;
}

function serviceError(protocol: string, address: string): string | null {
  if (protocol === 'fwm')
    return /^[1-9]\d{0,9}(?: IPv6)?$/u.test(address) && Number.parseInt(address, 10) <= 0xffffffff
      ? null
      : 'no firewall mark';
  const endpoint = readEndpoint(address);
  if (endpoint.ok) return null;
  return nameTrouble(address, 'ipvsadm -Ln') ?? endpoint.hint ?? endpoint.message;
}

function addServer(
  reading: Reading,
  server: ImportedRealServer,
  forward: Draft['forwards'][number],
  where: string,
): void {
  // The service it belongs to has been reported already.
  if (reading.current === null) return;
  const isMarked = reading.current.mark !== undefined;
  // ipvsadm takes an address for one with port 0.
  const bare = readHost(server.address.replace(/^\[|\]$/gu, ''));
  const address = isMarked && bare.ok ? endpointText(bare.value, 0) : withPortNumber(server.address);
  const endpoint = (isMarked ? readRealServer : readEndpoint)(address);
  if (!endpoint.ok) {
    reading.current.unread++;
    const why = nameTrouble(address, 'ipvsadm -Ln') ?? endpoint.hint ?? endpoint.message;
    reading.ignored.push(`${where}: real server ${server.address}: ${why}`);
    return;
  }
  reading.current.realServers.push({ ...server, address: endpoint.value });
  reading.current.forwards.push(forward);
  if (reading.current.forwards[0] !== forward) {
    reading.ignored.push(
      `${where}: forwarding ${forward} of ${server.address}: a service has one method for all`,
    );
  }
}

/** ipvsadm prints `flag-1` for what `-b` calls `sh-fallback`; the meaning depends on the scheduler. */
export function schedulerFlags(text: string, scheduler: string): string[] {
  const named = new Map([
    ['flag-1', `${scheduler}-fallback`],
    ['flag-2', `${scheduler}-port`],
  ]);
  return text
    .split(',')
    .filter((flag) => flag !== '')
    .map((flag) => named.get(flag) ?? flag);
}

function finish(draft: Draft): ImportedService {
  const { forwards, unread: _, ...service } = draft;
  return { ...service, forward: forwards[0] ?? 'masq', realServers: draft.realServers.toReversed() };
}
