/** The states of connections as topics: what brings them about, and how long an entry stays in them. */
import type { Topic } from './topic.ts';

/** Seconds in IPVS and in conntrack, null where it has no such state. */
export const STATES: Readonly<
  Record<
    string,
    { readonly ipvs_s: number | null; readonly conntrack_s: number | null; readonly meaning: string }
  >
> = {
  NONE: {
    ipvs_s: 2,
    conntrack_s: null,
    meaning:
      'No packet has decided the state yet; ipvsadm shows it for templates of persistent services, too.',
  },
  SYN_SENT: {
    ipvs_s: 120,
    conntrack_s: 120,
    meaning: 'Conntrack has seen the SYN of a client; in IPVS, that of a real server.',
  },
  SYN_RECV: { ipvs_s: 60, conntrack_s: 60, meaning: 'A SYN has come; in conntrack, its SYN+ACK too.' },
  ESTABLISHED: {
    ipvs_s: 900,
    conntrack_s: 432_000,
    meaning: 'The connection is made. IPVS forgets it when nothing comes for so long, and tells nobody.',
  },
  FIN_WAIT: {
    ipvs_s: 120,
    conntrack_s: 120,
    meaning: "One side has sent its FIN; in IPVS the real server, for the client's FIN leads to CLOSE_WAIT.",
  },
  CLOSE_WAIT: {
    ipvs_s: 60,
    conntrack_s: 60,
    meaning: 'One side has sent its FIN and the other has acknowledged it; in IPVS, the client.',
  },
  LAST_ACK: {
    ipvs_s: 30,
    conntrack_s: 30,
    meaning: 'Both sides have sent their FIN, and the last one is to be acknowledged.',
  },
  TIME_WAIT: {
    ipvs_s: 120,
    conntrack_s: 120,
    meaning:
      'Both sides have closed. A source port that comes back within this time meets the entry: that is the cliff. A ' +
      'socket is in TIME_WAIT for 60 s, at the side that closed first.',
  },
  CLOSE: { ipvs_s: 10, conntrack_s: 10, meaning: 'An RST has ended the connection.' },
  LISTEN: {
    ipvs_s: 120,
    conntrack_s: null,
    meaning: 'Of IPVS only, for what a real server sends before any connection.',
  },
  SYNACK: {
    ipvs_s: 120,
    conntrack_s: null,
    meaning: 'Of IPVS only, with the secure_tcp defence: waits for the handshake to end.',
  },
};

export function stateTopics(): readonly Topic[] {
  return Object.entries(STATES).map(([name, { ipvs_s, conntrack_s, meaning }]) => ({
    name,
    kind: 'state',
    meaning,
    facts: [
      ['In IPVS', ipvs_s === null ? '' : `${ipvs_s} s${setBy(name)}`],
      ['In conntrack', conntrack_s === null ? 'no such state' : `${conntrack_s} s`],
      ['To see it', 'ipvsadm -Lnc; conntrack -L; in a simulation ipvsim show --view ipvsadm-lnc'],
    ],
  }));
}

/** ip_vs_set_timeout() reaches these two. */
function setBy(name: string): string {
  if (name === 'ESTABLISHED') return ', the first number of ipvsadm --set';
  return name === 'FIN_WAIT' ? ', the second number of ipvsadm --set' : '';
}
