/**
 * A plan as the recorder in the guest understands it (oracle/recorder.pl): commands that lay the network of the
 * recordings, then frames, commands and waits. The director has 10.0.1.1 and 10.0.2.1; clients and real servers
 * exist only as addresses with permanent neighbour entries, their frames are written and read raw.
 */
import type { TracePacket } from '../measure/trace.ts';
import { ipPacket } from '../report/packets/ip_packet.ts';
import type { Action, Plan } from '../script/plan.ts';

const DIRECTOR = { c: '02:ff:00:00:01:01', s: '02:ff:00:00:02:01' } as const;
const CLIENTS_MAC = '02:01:00:00:00:01';

/** Real servers are told apart by their MAC, which holds their address. */
function serverMac(host: string): string {
  return `02:00:${host
    .split('.')
    .map((byte) => hex(Number(byte)))
    .join(':')}`;
}

export interface GuestPlan {
  readonly text: string;
  /** What a step of the log is: its action, and where it stands in the script. */
  readonly steps: readonly { readonly action: Action; readonly line: number }[];
}

export function guestPlan({ header, steps }: Plan): GuestPlan {
  const clients = new Set(
    steps.flatMap(({ action }) => (action.op === 'client' ? [hostOf(action.src!)] : [])),
  );
  const lines = [...network(header), ...neighbours(header, clients), ...service(header), 'open'];
  const done: { action: Action; line: number }[] = [];
  for (const { action, line } of steps) {
    if (action.op === 'sleep') lines.push(`wait ${(action.seconds ?? 0) * 1000}`);
    lines.push(`step ${done.length}`, ...deed(action, header), 'look');
    done.push({ action, line });
  }
  return { text: `${lines.join('\n')}\n`, steps: done };
}

type Header = Plan['header'];

function network(header: Header): string[] {
  const inTunnel = header.forward === 'tunnel';
  return [
    'setup ip link set lo up',
    `setup ip link add c0 address ${DIRECTOR.c} type veth peer name c1 netns FAR`,
    `setup ip link add s0 address ${DIRECTOR.s} type veth peer name s1 netns FAR`,
    'setup ip link add kube-ipvs0 type dummy',
    ...[
      'net.ipv6.conf.all.disable_ipv6=1',
      'net.ipv6.conf.default.disable_ipv6=1',
      'net.ipv4.ip_forward=1',
      'net.ipv4.conf.all.rp_filter=0',
      'net.ipv4.conf.default.rp_filter=0',
      'net.ipv4.conf.all.send_redirects=0',
      'net.ipv4.conf.default.send_redirects=0',
    ].map((setting) => `setup sysctl -qw ${setting}`),
    'setup ip addr add 10.0.1.1/24 dev c0',
    'setup ip addr add 10.0.2.1/24 dev s0',
    'setup ip link set c0 up',
    'setup ip link set s0 up',
    `setup ip addr add ${hostOf(header.vip)}/32 dev kube-ipvs0`,
    ...(inTunnel ? ['setup ip link set s0 mtu 1600'] : []),
    'far ip link set c1 up',
    'far ip link set s1 up',
    ...(header.track === false ? [] : ['setup iptables-legacy -w 60 -A FORWARD -m conntrack --ctstate NEW']),
    ...Object.entries(header.sysctl).flatMap(([key, value]) =>
      setting(key, value).map((line) => `setup ${line}`),
    ),
  ];
}

/** Hosts beyond the director's two networks are reached through it all the same. */
function neighbours({ realServers }: Header, clients: ReadonlySet<string>): string[] {
  const servers = new Set(realServers.map(({ addr }) => hostOf(addr)));
  return [
    ...[...clients].flatMap((host) => [
      ...(host.startsWith('10.0.1.') ? [] : [`setup ip route replace ${host}/32 dev c0`]),
      `setup ip neigh replace ${host} lladdr ${CLIENTS_MAC} dev c0 nud permanent`,
    ]),
    ...[...servers].flatMap((host) => neighbour(host).map((line) => `setup ${line}`)),
  ];
}

function neighbour(host: string): string[] {
  return [
    ...(host.startsWith('10.0.2.') ? [] : [`ip route replace ${host}/32 dev s0`]),
    `ip neigh replace ${host} lladdr ${serverMac(host)} dev s0 nud permanent`,
  ];
}

function service(header: Header): string[] {
  const { vip, protocol, scheduler, schedFlags, persist, onePacket, realServers } = header;
  const flags = [...(schedFlags ?? [])];
  return [
    [
      `setup ipvsadm -A ${option(protocol)} ${vip} -s ${scheduler}`,
      ...(flags.length > 0 ? [`-b ${flags.join(',')}`] : []),
      ...((persist ?? 0) > 0 ? [`-p ${persist}`] : []),
      ...(onePacket === true ? ['-o'] : []),
    ].join(' '),
    ...realServers.map(({ addr, weight }) => `setup ${addServer(header, addr, weight)}`),
  ];
}

function addServer({ protocol, vip, forward }: Header, server: string, weight: number): string {
  return `ipvsadm -a ${option(protocol)} ${vip} -r ${server} ${FORWARD[forward]} -w ${weight}`;
}

const FORWARD = { masq: '-m', route: '-g', tunnel: '-i' } as const;

function option(protocol: 'tcp' | 'udp'): string {
  return protocol === 'tcp' ? '-t' : '-u';
}

const TIMEOUTS = ['tcp', 'tcpfin', 'udp'];

function setting(key: string, value: number): string[] {
  const timeout = /^net\.ipv4\.vs\.timeout\.(.+)$/.exec(key)?.[1];
  if (timeout === undefined) return [`sysctl -qw ${key}=${value}`];
  return [`ipvsadm --set ${TIMEOUTS.map((name) => (name === timeout ? value : 0)).join(' ')}`];
}

function deed(action: Action, header: Header): string[] {
  const { protocol, vip } = header;
  const edit = `ipvsadm -e ${option(protocol)} ${vip} -r ${action.dest} ${FORWARD[header.forward]}`;
  switch (action.op) {
    case 'client':
      return [`send c ${frame(DIRECTOR.c, CLIENTS_MAC, action, vip)}`];
    case 'server':
      return [`send s ${frame(DIRECTOR.s, serverMac(hostOf(action.src!)), action, action.dst!)}`];
    case 'sysctl':
      return setting(action.key!, action.value!).map((line) => `run ${line}`);
    case 'weight':
      return [`run ${edit} -w ${action.weight}`];
    case 'add':
      return [
        ...neighbour(hostOf(action.dest!)).map((line) => `setup ${line}`),
        `run ${addServer(header, action.dest!, action.weight ?? 1)}`,
      ];
    case 'del':
      return [`run ipvsadm -d ${option(protocol)} ${vip} -r ${action.dest}`];
    default:
      return [];
  }
}

const FLAG = { F: 1, S: 2, R: 4, P: 8, A: 16 } as const;
const ETHERTYPE_IPV4 = '0800';

function frame(to: string, from: string, action: Action, destination: string): string {
  const flags = [...(action.flags ?? '')].reduce((sum, letter) => sum | FLAG[letter as keyof typeof FLAG], 0);
  const packet: TracePacket = {
    id: 1,
    protocol: action.udp === true ? 'udp' : 'tcp',
    ...ends(action.src!, destination),
    flags,
    seq: action.seq ?? 0,
    ack: action.ack ?? 0,
    length: action.len ?? 0,
    retransmission: 0,
    tunnel: null,
    realServer: null,
  };
  const bytes = [...ipPacket(packet)].map(hex).join('');
  return `${(to + from).replaceAll(':', '')}${ETHERTYPE_IPV4}${bytes}`;
}

function ends(source: string, destination: string) {
  return {
    source: hostOf(source),
    sourcePort: portOf(source),
    destination: hostOf(destination),
    destinationPort: portOf(destination),
  };
}

function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':'));
}

function portOf(endpoint: string): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
