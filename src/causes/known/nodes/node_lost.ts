/** A segment that comes to a node without its entry. */
import type { PacketStory } from '../../../measure/packet_stories.ts';
import type { Result } from '../../../measure/result.ts';
import { count, seconds } from '../../../report/numbers.ts';
import { isFromClient, isSyn, type RequestAccount } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { errorSpan, sysctlAt } from '../../evidence.ts';
import { RETRY } from '../../remedies/clients.ts';
import { SAME_HASH } from '../../remedies/nodes.ts';

const SLOPPY = 'net.ipv4.vs.sloppy_tcp';

/** What is left of it where a segment makes an entry. */
const OUTDATED =
  'Or with an old one, for with sloppy_tcp a segment makes an entry: the conntrack of a node that is back has missed what ' +
  'passed meanwhile, the next segment is INVALID to it, and NAT gives what IPVS sends on another source port, which the ' +
  'real server answers with RST.';

export const NODE_LOST: Cause = {
  name: 'node-lost',
  title: 'a connection comes to a node that does not know it',
  story:
    'Each node has a connection table of its own, and no other node knows it. When a node fails, whatever stands in front ' +
    'sends its connections through another one; when a node reboots, its own table is empty. The next segment finds no ' +
    'entry, and since only a SYN may make one it goes up to the local stack of that node, which has the virtual address ' +
    'and no socket for it, and answers with RST. Rules in place of IPVS take the segment for the beginning of a ' +
    'connection and draw an endpoint for it, which has no such connection and answers with RST, too. A node that comes ' +
    'back may take its share again, and connections that had moved meanwhile are lost as well.',
  kernel: 'ip_vs_in() finds no entry, tcp_conn_schedule() makes none, tcp_v4_send_reset() answers',
  client: 'ECONNRESET at the next request, while the real server still believes in the connection.',
  visible: [
    ['ipvsadm -Lnc on each node', 'the entry on one of them, or on none'],
    ['nstat -az TcpOutRsts', 'grows on the node that has no entry'],
    ['uptime', 'a node that is younger than the connection'],
  ],
  remedies: [SAME_HASH, RETRY],
  reasons: [],
  inResult(result) {
    const lost = lostNodes(result);
    const resets = result.series['errors[ECONNRESET]'] ?? [];
    const from_s = Math.min(...lost.map(({ at_s }) => at_s));
    const concerned = (result.series.time_s ?? []).reduce<number>(
      (sum, end_s, row) => (end_s! > from_s ? sum + (resets[row] ?? 0) : sum),
      0,
    );
    if (concerned === 0) return null;
    const all = lost.map(({ text }) => text).join(', ');
    const failed =
      `${count(concerned)} ${concerned === 1 ? 'request' : 'requests'} failed on connections that came to a node without an ` +
      `entry for them (${all}).`;
    const text = sysctlAt(result, SLOPPY, from_s) === 1 ? `${failed} ${OUTDATED}` : failed;
    return { concerned, ...errorSpan(result, 'ECONNRESET'), text };
  },
  inRequest(account) {
    const late = account.own.find((story) => isFromClient(story) && isNews(story));
    const opening = openingOf(account);
    const outdated = account.own.find(fromOtherPort);
    if (outdated !== undefined) {
      const { node, fate } = outdated;
      return `${node} has had it before, and its conntrack knows nothing of what passed another node meanwhile: the segment is INVALID to it, and went on from port ${fate.packet.sourcePort}, which the real server has no connection with.`;
    }
    if (late === undefined || late.node === null || opening === undefined || isSyn(late)) return null;
    if (opening.node !== null && opening.node !== late.node) {
      return `Its connection was made through ${opening.node}; this segment came to ${late.node}, which has no entry for it.`;
    }
    const boot = account.scenario.events.findLast(
      ({ at_ns, action }) =>
        action.kind === 'rebootNode' &&
        action.node === late.node &&
        at_ns >= opening.at_ns &&
        at_ns <= late.at_ns,
    );
    if (boot === undefined) return null;
    return `${late.node} has rebooted at ${seconds(boot.at_ns / 1e9)} and knows no connection from before; this one was made at ${seconds(opening.at_ns / 1e9)}.`;
  },
};

/** Whether the node took it for something new, which a SYN is. */
function isNews({ packet, decisions }: PacketStory): boolean {
  return decisions.some(
    ({ branch }) => branch === 'no entry' || (branch === 'new binding' && packet.protocol === 'tcp'),
  );
}

type Outdated = PacketStory & { readonly fate: Extract<PacketStory['fate'], { kind: 'arrived' }> };

/** A segment that NAT gave another port of the client's own address: only a flow that conntrack begins anew has that. */
function fromOtherPort(story: PacketStory): story is Outdated {
  const { packet, fate } = story;
  if (!isFromClient(story) || isSyn(story) || story.node === null || fate.kind !== 'arrived') return false;
  return fate.packet.source === packet.source && fate.packet.sourcePort !== packet.sourcePort;
}

/** Where the connection was made, as far as its packets tell. */
function openingOf({ before, own }: RequestAccount): PacketStory | undefined {
  return [...before, ...own].findLast(
    (story) => isFromClient(story) && isSyn(story) && story.fate.kind === 'arrived',
  );
}

/** What takes connections from the node that has them. */
function lostNodes({ scenario }: Result): { readonly at_s: number; readonly text: string }[] {
  return scenario.events.flatMap(({ at_ns, action }) => {
    const at = seconds(at_ns / 1e9);
    switch (action.kind) {
      case 'unplugNode':
        return [{ at_s: at_ns / 1e9, text: `${action.node} failed at ${at}` }];
      case 'plugNode':
        return [{ at_s: at_ns / 1e9, text: `${action.node} came back at ${at}` }];
      case 'rebootNode':
        return [{ at_s: at_ns / 1e9, text: `${action.node} rebooted at ${at}` }];
      default:
        return [];
    }
  });
}
