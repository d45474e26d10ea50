/** Which recorded steps stand behind which part of the model: rows of docs/fidelity.md. */
import type { RecordingHeader, Step } from '../src/conform/recording.ts';
import { SCHEDULERS } from '../src/kernel/sched/ip_vs_sched.ts';

/** What held when the step was made. */
export interface Circumstances {
  readonly header: RecordingHeader;
  readonly step: Step;
  /** Settings, changes made by earlier steps included. */
  readonly sysctl: Readonly<Record<string, number>>;
  /** Whether the step's own state was recorded anew. */
  readonly states: ReadonlySet<string>;
}

export interface Row {
  readonly section: string;
  readonly name: string;
  /** Whether the step shows this part of the model at work. */
  readonly shows: (at: Circumstances) => boolean;
}

function row(section: string, name: string, shows: Row['shows']): Row {
  return { section, name, shows };
}

const setting = (name: string, value: number): Row =>
  row(
    'Settings',
    `\`net.ipv4.vs.${name}=${value}\``,
    ({ sysctl }) => sysctl[`net.ipv4.vs.${name}`] === value,
  );

const scheduler = (name: string): Row =>
  row('Schedulers', `\`${name}\``, ({ header }) =>
    header.services.some((service) => service.scheduler === name),
  );

const forwarding = (method: RecordingHeader['forward'], meaning: string): Row =>
  row('Forwarding', `${method}: ${meaning}`, ({ header }) => header.forward === method);

const entry = (state: string): Row =>
  row('States of IPVS entries', state, ({ states }) => states.has(`ipvs ${state}`));

const conntrack = (state: string): Row =>
  row('States of conntrack entries', state, ({ states }) => states.has(`ct ${state}`));

const path = (name: RecordingHeader['path'], meaning: string): Row =>
  row('Data paths', meaning, ({ header }) => header.path === name);

const masquerading = (how: RecordingHeader['masquerade']): Row =>
  row('Data paths', `masquerade: ${how}`, ({ header }) => header.masquerade === how);

const isSyn = ({ step }: Circumstances) => step.op === 'client' && step.flags === 'S';

export const ROWS: readonly Row[] = [
  row('All', 'every step', () => true),
  forwarding('masq', 'masquerading'),
  forwarding('route', 'direct routing'),
  forwarding('tunnel', 'IPIP'),
  path('ipvs', 'IPVS'),
  path('iptables', "kube-proxy's iptables mode"),
  path('nftables', "kube-proxy's nftables mode"),
  masquerading('plain'),
  masquerading('random-fully'),
  row(
    'Data paths',
    'a client in the range of pods, not masqueraded',
    ({ header, step }) => header.podRange === `${step.src?.split(':')[0]}/32`,
  ),
  row('Data paths', 'IPv6', ({ header }) => header.family === 6),
  row('Data paths', 'by a NodePort', ({ header, step }) =>
    header.services.some(({ vip, nodePort }) => nodePort === true && vip === step.dst),
  ),
  row(
    'Data paths',
    'a client on the director',
    ({ header, step }) => step.op === 'client' && header.client === 'director',
  ),
  ...SCHEDULERS.map(({ name }) => scheduler(name)),
  row('Services', 'TCP', ({ header }) => header.services[0]!.protocol === 'tcp'),
  row(
    'Services',
    'UDP',
    ({ header }) => header.services[0]!.protocol === 'udp' && header.services[0]!.onePacket !== true,
  ),
  row('Services', 'UDP, one-packet scheduling', ({ header }) => header.services[0]!.onePacket === true),
  row('Services', 'affinity by rules', ({ header }) => header.affinity !== undefined),
  row('Services', 'persistence', ({ header }) => (header.services[0]!.persist ?? 0) > 0),
  setting('conntrack', 0),
  setting('conntrack', 1),
  ...[0, 1, 2, 3].map((mode) => setting('conn_reuse_mode', mode)),
  setting('expire_nodest_conn', 1),
  setting('expire_quiescent_template', 1),
  setting('sloppy_tcp', 1),
  setting('secure_tcp', 3),
  row('Settings', 'no rule asks for conntrack', ({ header }) => header.track === false),
  row('Actions', 'a real server is given weight 0', ({ step }) => step.op === 'weight' && step.weight === 0),
  row('Actions', 'another weight', ({ step }) => step.op === 'weight' && step.weight !== 0),
  row('Actions', 'a real server is deleted', ({ step }) => step.op === 'del'),
  row('Actions', 'a real server is added, or comes back', ({ step }) => step.op === 'add'),
  row('Actions', 'endpoints of rules change', ({ step }) => step.op === 'endpoints'),
  row('Actions', 'flows are deleted from conntrack', ({ step }) => step.op === 'conntrack'),
  row('Actions', 'a setting changes', ({ step }) => step.op === 'sysctl'),
  row('Actions', 'time passes', ({ step }) => step.op === 'sleep'),
  row(
    'Packets',
    'from a client to a real server',
    ({ step }) => step.op === 'client' && step.out.some(({ to }) => to === 'server'),
  ),
  row('Packets', 'from a real server to a client', ({ step }) => step.op === 'server' && step.out.length > 0),
  row('Packets', 'a SYN dropped in silence', (at) => isSyn(at) && at.step.out.length === 0),
  row(
    'Packets',
    'an RST from the local stack',
    ({ step }) =>
      step.op === 'client' && step.out.some(({ to, flags }) => to === 'client' && flags?.includes('R')),
  ),
  row('Packets', 'ICMP port unreachable', ({ step }) => step.out.some(({ icmp }) => icmp === '3/3')),
  row(
    'Packets',
    'a source port drawn by NAT',
    ({ step, header }) =>
      header.forward === 'masq' &&
      step.op === 'client' &&
      step.out.some(({ to, src }) => to === 'server' && src !== step.src),
  ),
  ...[
    'NONE',
    'SYN_RECV',
    'SYN_SENT',
    'SYNACK',
    'ESTABLISHED',
    'FIN_WAIT',
    'CLOSE_WAIT',
    'LAST_ACK',
    'TIME_WAIT',
    'CLOSE',
    'UDP',
    'ASSURED',
  ].map(entry),
  ...[
    'SYN_SENT',
    'SYN_RECV',
    'ESTABLISHED',
    'FIN_WAIT',
    'CLOSE_WAIT',
    'LAST_ACK',
    'TIME_WAIT',
    'CLOSE',
    'SYN_SENT2',
  ].map(conntrack),
];
