/**
 * A packet's way through ip_vs_in() as a tree of conditions: what the kernel asks, what it saw, which branch it took,
 * and where the other one would have led. Made of what the decisions of a trace say, in the kernel's names.
 */
import type { PacketStory } from '../../measure/packet_stories.ts';
import { packetKind, packetTarget } from './packet_text.ts';

export interface Condition {
  readonly kernelFunction: string;
  /** A yes or no question, in C where that is plain. */
  readonly asks: string;
  /** `state=TIME_WAIT, expires_s=104.187`; empty where nothing was noted. */
  readonly seen: string;
  readonly isYes: boolean;
  /** Where the branch leads that was not taken. */
  readonly otherwise: string;
}

export interface ConditionWalk {
  readonly at_ns: number;
  /** `SYN`, `SYN again (1)` */
  readonly packet: string;
  readonly conditions: readonly Condition[];
  readonly end: { readonly isDrop: boolean; readonly text: string };
}

/** How the node's kernel asks, as kernel/features.ts has it. */
export interface KernelAsks {
  readonly connReuseMode: boolean;
  readonly nodestInAnyMode: boolean;
  readonly reuseDropsConfirmedOnly: boolean;
}

type Values = Readonly<Record<string, string | number>>;

/** Null where IPVS has decided nothing about the packet. */
export function conditionWalk(story: PacketStory, kernel: KernelAsks): ConditionWalk | null {
  const said = (name: string) => story.decisions.find(({ kernelFunction }) => kernelFunction === name);
  const met = said('ip_vs_in');
  const scheduled = said('ip_vs_schedule');
  const persistent = said('ip_vs_sched_persist');
  if (met === undefined && scheduled === undefined && persistent === undefined) return null;
  const conditions: Condition[] = [];
  if (met?.branch === 'no entry') conditions.push(entry(false, ''), OPENS_NOTHING);
  else if (met === undefined) conditions.push(entry(false, ''), OPENS);
  else conditions.push(...atEntry(met.branch, met.values, kernel));
  for (const [one, name] of [
    [persistent, 'ip_vs_sched_persist'],
    [scheduled, 'ip_vs_schedule'],
  ] as const) {
    if (one === undefined) continue;
    conditions.push({
      kernelFunction: name,
      asks:
        name === 'ip_vs_schedule'
          ? 'svc->scheduler->schedule() != NULL'
          : 'is there a template, or a real server for one',
      seen: seen(one.values),
      isYes: one.branch !== 'no destination',
      otherwise:
        one.branch === 'no destination' ? 'an entry is made' : 'ip_vs_leave(): ICMP port unreachable',
    });
  }
  const { packet } = story;
  const again = packet.retransmission === 0 ? '' : ` again (${packet.retransmission})`;
  return { at_ns: story.at_ns, packet: `${packetKind(packet)}${again}`, conditions, end: endOf(story) };
}

function entry(isYes: boolean, values: string): Condition {
  return {
    kernelFunction: 'ip_vs_in',
    asks: 'ip_vs_conn_in_get() != NULL: is there an entry for this flow',
    seen: values,
    isYes,
    otherwise: isYes ? 'ip_vs_schedule() makes an entry' : 'what the entry is, and the settings, decide',
  };
}

const OPENS: Condition = {
  kernelFunction: 'tcp_conn_schedule',
  asks: 'may the packet open a connection: a SYN, or any with sloppy_tcp',
  seen: '',
  isYes: true,
  otherwise: 'NF_ACCEPT: on to the local TCP',
};

const OPENS_NOTHING: Condition = { ...OPENS, isYes: false, otherwise: 'ip_vs_schedule() makes an entry' };

/** The questions of ip_vs_in() about an entry that a packet has met; `because` says at which of them it turned. */
function atEntry(branch: string, values: Values, kernel: KernelAsks): Condition[] {
  const of = (...names: readonly string[]) =>
    seen(Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name))));
  const ask = (asks: string, saw: string, isYes: boolean, otherwise: string): Condition => ({
    kernelFunction: 'ip_vs_in',
    asks,
    seen: saw,
    isYes,
    otherwise,
  });
  const found = entry(true, of('server', 'state', 'expires_s', 'overdue', 'n_control'));
  const { because } = values;
  if (because === 'server deleted') {
    return [
      found,
      ask('dest->flags & IP_VS_DEST_F_AVAILABLE', of('server'), false, 'the entry is kept'),
      ask(
        'expire_nodest_conn != 0',
        of('expire_nodest_conn'),
        values.expire_nodest_conn !== 0,
        values.expire_nodest_conn === 0 ? 'the entry is expired' : 'the packet is dropped, the entry stays',
      ),
    ];
  }
  const mode = (isYes: boolean) =>
    ask(
      'conn_reuse_mode != 0',
      of('conn_reuse_mode'),
      isYes,
      isYes ? 'keep: the entry, and its real server, get the packet' : 'is_new_conn_expected() is asked',
    );
  const nodest = (isYes: boolean) =>
    ask(
      'expire_nodest_conn != 0 && dest->weight == 0',
      of('weight'),
      isYes,
      isYes ? 'is_new_conn_expected() is asked' : 'resched: another real server is to get it',
    );
  const expected = (isYes: boolean) =>
    ask(
      'is_new_conn_expected(): TIME_WAIT or CLOSE',
      of('state'),
      isYes,
      isYes ? 'keep: the entry gets the packet' : 'resched, unless a conntrack is in use',
    );
  const conntrack =
    values.conntrack === undefined
      ? []
      : [
          ask(
            kernel.reuseDropsConfirmedOnly
              ? 'ip_vs_conn_uses_old_conntrack()'
              : 'ip_vs_conn_uses_conntrack()',
            of('conntrack'),
            values.conntrack === 'in use',
            values.conntrack === 'in use'
              ? 'reschedule: ip_vs_schedule() picks a real server'
              : 'ip_vs_conn_expire_now(), and the packet is dropped',
          ),
        ];
  /** v4.1 to v5.15 ask about the mode first, later ones only where the weight has not decided. */
  const asked = (mode: Condition | null, weight: Condition | null) =>
    (kernel.nodestInAnyMode ? [weight, mode] : [mode, weight]).filter((each) => each !== null);
  switch (because) {
    case 'kernel':
      return [
        found,
        ask('has this kernel conn_reuse_mode (v4.1)', '', false, 'the setting decides'),
        nodest(false),
      ];
    case 'expire_nodest_conn': {
      const { nodestInAnyMode, connReuseMode } = kernel;
      return [found, ...(connReuseMode && !nodestInAnyMode ? [mode(true)] : []), nodest(true), ...conntrack];
    }
    case 'state':
      return [found, ...asked(mode(true), nodest(false)), expected(false)];
    default:
      if (branch === 'keep' && values.conntrack === undefined)
        return [found, ...asked(mode(false), kernel.nodestInAnyMode ? nodest(false) : null)];
      return [found, ...asked(mode(true), nodest(false)), expected(true), ...conntrack];
  }
}

function seen(values: Values): string {
  return Object.entries(values)
    .filter(([name]) => name !== 'because')
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

function endOf({ fate }: PacketStory): ConditionWalk['end'] {
  switch (fate.kind) {
    case 'dropped':
      return { isDrop: true, text: `NF_DROP: ${fate.reason}, in ${fate.kernelFunction}()` };
    case 'answered':
      return { isDrop: true, text: `answered with ${fate.answer} by ${fate.kernelFunction}()` };
    case 'under way':
      return { isDrop: false, text: 'under way' };
    case 'arrived':
      return { isDrop: false, text: `reaches ${packetTarget(fate.packet)}` };
  }
}
