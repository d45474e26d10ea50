/** A listener whose accept queue is full. */
import { count } from '../../report/numbers.ts';
import { besideCount, type Hypothesis, type Scales } from '../hypothesis.ts';
import { reportedLoad } from '../reported_load.ts';
import type { Seen } from '../seen.ts';

/** What a host has had since it was started, and nobody noticed. */
const FEW = 10;
/** SYNs that a connect sends before it gives up, generously. */
const PER_CONNECT = 20;
/** Where nobody said: requests per second, and listen()'s backlog. */
const DEFAULT_RATE = 100;
const DEFAULT_BACKLOG = 128;

/** Loss would have to take the end of a handshake and what follows it, of so many. */
const FORGOTTEN = 0.01;
/** Where hardly anything else is sent again, beside SYNs, it is no network that loses them. */
const SYNS_ONLY = 0.1;

export const BACKLOG_FULL: Hypothesis = {
  name: 'backlog-full',
  title: 'the accept queue of a real server is full',
  weigh(seen, scales) {
    const overflows = seen.counter('server', 'TcpExtListenOverflows', 'TcpExtListenDrops');
    const { retried } = seen;
    if (overflows === null)
      scales.lacks(
        'nstat -asz TcpExtListenOverflows TcpExtListenDrops   # at the real servers',
        'grows when it is',
      );
    else if (overflows.value === 0) {
      const { listed, hosts } = seen.serversSeen;
      // Another real server's may overflow all the same.
      const isAll = overflows.isSure && hosts >= listed;
      scales.speaksAgainst(
        isAll ? 'proof' : overflows.isSure ? 'sign' : 'hint',
        overflows.at,
        `no listen queue has overflowed since ${overflows.isSure ? 'that real server' : 'that host, whichever it is,'} started`,
      );
    } else {
      // Counters count from the start of the host: they tell where they account for what is slow now.
      const slow = retried?.isMuch === true ? retried.count : 0;
      const few = overflows.value < FEW || overflows.value < slow / 2 || retried?.isMuch === false;
      const many = slow === 0 || overflows.value > PER_CONNECT * slow;
      scales.speaksFor(
        few ? 'hint' : many ? 'sign' : 'proof',
        overflows.at,
        `listen queues overflowed ${count(overflows.value)} times since that host started`,
      );
      if (few || many) scales.lacks('nstat; sleep 10; nstat   # at the real servers', 'whether it grows now');
    }
    for (const { at, address, queued, backlog } of seen.all('listener')) {
      if (backlog > 0 && queued >= backlog)
        scales.speaksFor(
          'proof',
          at,
          `${queued} connections wait at ${address}, whose backlog is ${backlog}`,
        );
    }
    for (const { at, count: all, forgotten } of seen.all('handshakes')) {
      if (forgotten >= FEW && forgotten >= FORGOTTEN * all)
        scales.speaksFor(
          'sign',
          at,
          `of ${count(all)} handshakes ${count(forgotten)} were forgotten after the client had gone on`,
        );
    }
    const flooding = seen.all('message').find(({ message }) => message === 'syn flooding');
    if (flooding !== undefined)
      scales.speaksFor('sign', flooding.at, 'the kernel took the connects for a SYN flood');
    weighPackets(seen, scales);
    const node = seen.synsKept;
    if (node?.explains === true)
      scales.speaksAgainst('sign', node.at, `${node.words}: they reached no real server`);
    if (retried?.isMuch === false)
      scales.speaksAgainst('sign', retried.at, 'hardly a connect took as long as a retransmitted SYN');
    else if (retried !== null) scales.speaksFor('hint', retried.at, 'connects took a second or longer');
  },
  stage(seen) {
    const full = seen.all('listener').find(({ backlog, queued }) => backlog > 0 && queued >= backlog);
    const rate = seen.all('load').find((load) => load.rate !== null)?.rate ?? DEFAULT_RATE;
    // One worker that answers as many requests as were answered.
    return {
      server: ['workers: 1', `backlog: ${full?.backlog ?? DEFAULT_BACKLOG}`],
      serviceTime: `${Math.max(1, Math.round(1e6 / rate))}us`,
      ...(reportedLoad(seen) === undefined ? { client: { load: `rate: ${Math.ceil(rate * 2)}/s` } } : {}),
    };
  },
  beside: (seen, { drops }) =>
    besideCount(
      'SYNs and ACKs that it refused',
      seen.counter('server', 'TcpExtListenOverflows'),
      drops.backlog_full ?? 0,
    ),
};

/** Real servers that were seen to get SYNs which they answered later. */
function weighPackets(seen: Seen, scales: Scales): void {
  const servers = seen.all('connects at a server').toSorted((a, b) => b.late - a.late);
  const late = servers.reduce((sum, server) => sum + server.late, 0);
  const [first] = servers;
  const [syns, all] = seen.countersTogether('client', 'TcpExtTCPSynRetrans', 'TcpRetransSegs') ?? [];
  if (first === undefined || syns === undefined || all === undefined || late < FEW) return;
  if (all.value - syns.value >= SYNS_ONLY * syns.value) return;
  scales.speaksFor(
    'sign',
    first.at,
    `real servers let ${count(late)} SYNs unanswered that were sent on to them, and hardly anything else was sent again`,
  );
}
