/** Remedies that are a setting of the director's kernel. */
import type { Scenario } from '../../scenario/scenario.ts';
import { leastSysctl } from '../../scenario/sysctl.ts';
import { idleLongest_ns } from './pauses.ts';
import type { Remedy } from './remedy.ts';
import { setting } from './settings.ts';

const MODE = 'net.ipv4.vs.conn_reuse_mode';
const NODEST = 'net.ipv4.vs.expire_nodest_conn';
const QUIESCENT = 'net.ipv4.vs.expire_quiescent_template';
const CONNTRACK = 'net.ipv4.vs.conntrack';
const TCP_TIMEOUT = 'net.ipv4.vs.timeout.tcp';
const UDP_TIMEOUT = 'net.ipv4.vs.timeout.udp';
const CONN_MAX = 'net.ipv4.vs.conn_max';
const CONNTRACK_MAX = 'net.netfilter.nf_conntrack_max';
const DROP_PACKET = 'net.ipv4.vs.drop_packet';
const SCTP_CLOSED = 'net.netfilter.nf_conntrack_sctp_timeout_closed';
const LIBERAL = 'net.netfilter.nf_conntrack_tcp_be_liberal';

/** Shorter than this the answer to a slow query would find its entry gone. */
const SHORT_UDP_S = 30;
/** How much room a full table gets. */
const MORE_ROOM = 16;

export const MODE_0: Remedy = {
  name: 'mode 0',
  deed: `${MODE}=0`,
  effect: "a new connection on an old entry goes to the entry's real server at once",
  price:
    'traffic keeps following real servers that are being removed, unless the kernel is 5.16 or newer with ' +
    'expire_nodest_conn=1',
  changes: (scenario) => setting(scenario, MODE, 0),
};

export const MODE_0_NODEST: Remedy = {
  name: 'mode 0 + nodest',
  deed: `${MODE}=0 with ${NODEST}=1`,
  effect: 'the same, and entries of removed servers are given up',
  price: 'before 5.16 the second setting does nothing while the first is 0 and the server has weight 0',
  changes: (scenario) =>
    setting(scenario, NODEST, 1).length === 0
      ? []
      : [...setting(scenario, MODE, 0), ...setting(scenario, NODEST, 1)],
};

export const MODE_1: Remedy = {
  name: 'mode 1',
  deed: `${MODE}=1`,
  effect: 'a port that comes back is scheduled anew and leaves the server that is being removed',
  price: 'with conntrack, before 5.9, each such connect takes 1 s',
  changes: (scenario) => setting(scenario, MODE, 1),
};

export const SCTP_CLOSED_1: Remedy = {
  name: 'short CLOSED',
  deed: `${SCTP_CLOSED}=1`,
  effect: 'conntrack forgets an association a second after its end, so that its port may come back sooner',
  price: 'none to speak of, but a port that is back within that second is no better off',
  changes: (scenario) => setting(scenario, SCTP_CLOSED, 1),
};

export const NODEST_1: Remedy = {
  name: 'expire_nodest_conn',
  deed: `${NODEST}=1`,
  effect: 'entries of deleted servers go with the next packet that meets them',
  price:
    'before 5.9 that packet is lost; established connections are reset instead of waiting for the server',
  changes: (scenario) => setting(scenario, NODEST, 1),
};

export const QUIESCENT_1: Remedy = {
  name: 'expire_quiescent',
  deed: `${QUIESCENT}=1`,
  effect:
    "a template whose real server has weight 0 is given up, and the client's next connection goes elsewhere",
  price: 'a client loses its affinity as soon as its server gets weight 0, be it only for a moment',
  changes: (scenario) => setting(scenario, QUIESCENT, 1),
};

export const CONNTRACK_0: Remedy = {
  name: 'conntrack 0',
  deed: `${CONNTRACK}=0`,
  effect: 'nothing holds an entry to its conntrack, and IPVS need not drop for its sake',
  price: 'iptables rules such as masquerading no longer see these packets',
  changes: (scenario) => setting(scenario, CONNTRACK, 0),
};

/** Twice the longest pause that the scenario's clients make. */
export const LONGER_TCP: Remedy = {
  name: 'longer timeout',
  deed: 'ipvsadm --set TCP 0 0 with more seconds than the longest pause',
  effect: 'the entry outlives the pause',
  price: 'entries of hosts that vanish stay as long, and count as active',
  changes: (scenario) => {
    const pause_s = Math.ceil((2 * idleLongest_ns(scenario)) / 1e9);
    return setting(scenario, TCP_TIMEOUT, pause_s, (now_s) => now_s >= pause_s);
  },
};

export const SHORTER_UDP: Remedy = {
  name: 'shorter UDP',
  deed: `ipvsadm --set 0 0 ${SHORT_UDP_S}`,
  effect: 'the entry of a silent flow is forgotten sooner',
  price: 'none of it helps a flow that never pauses, and a later answer finds its entry gone',
  changes: (scenario) => setting(scenario, UDP_TIMEOUT, SHORT_UDP_S, (now_s) => now_s <= SHORT_UDP_S),
};

export const MORE_CONN_MAX: Remedy = {
  name: 'conn_max',
  deed: `raise ${CONN_MAX}`,
  effect: 'the table takes more entries',
  price: 'memory, some 300 bytes for each',
  changes: (scenario) => raised(scenario, CONN_MAX),
};

export const MORE_CONNTRACK: Remedy = {
  name: 'nf_conntrack_max',
  deed: `raise ${CONNTRACK_MAX}`,
  effect: 'conntrack takes more connections',
  price: 'memory, some 320 bytes for each, and longer chains unless nf_conntrack_buckets grows with it',
  changes: (scenario) => raised(scenario, CONNTRACK_MAX),
};

export const NO_DEFENCE: Remedy = {
  name: 'drop_packet 0',
  deed: `${DROP_PACKET}=0`,
  effect: 'no packet is dropped for the sake of memory',
  price: 'nothing is left of the defence against a flood of connections',
  changes: (scenario) => setting(scenario, DROP_PACKET, 0),
};

export const BE_LIBERAL: Remedy = {
  name: 'be_liberal',
  deed: `${LIBERAL}=1`,
  effect: 'segments outside of the window are let through',
  price: 'conntrack no longer tells forged segments from real ones, RSTs excepted',
  changes: (scenario) => setting(scenario, LIBERAL, 1),
};

function raised(scenario: Scenario, key: string): string[] | null {
  const now = leastSysctl(scenario, key);
  const value = now * MORE_ROOM;
  return now === 0 ? null : setting(scenario, key, value, (own) => own >= value);
}
