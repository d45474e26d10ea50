/** What the connections of a capture say, with the number of a packet in place of a line's. */
import type { ClientError, FactBody } from '../fact.ts';
import type { Evidence } from '../recognise.ts';
import { FIRST_RETRY_MS, median } from '../timed.ts';
import type { Capture } from './capture.ts';
import type { Flow } from './flows.ts';

type Told = FactBody & { readonly line: number };

/** TIME_WAIT of an IPVS entry, and what a SYN that is sent again may have waited. */
const TIME_WAIT_NS = 120e9;
/** Shorter gaps between SYNs are copies of the same packet. */
const RETRY_NS = FIRST_RETRY_MS * 1e6;
/** Nothing of a connection's ordinary talk is so long apart. */
const IDLE_NS = 30e9;
/** A node sends on at once. */
const SENT_ON_NS = 50e6;
const PORT_UNREACHABLE = 3 * 256 + 3;
const HOST_UNREACHABLE = 3 * 256 + 1;

/** The capture as evidence beside other files. */
export function captureEvidence({ file, flows, sent, summary }: Capture): Evidence {
  const { packets, end_ns, skipped, trouble } = summary;
  const facts = [...captureFacts(flows, end_ns), ...counters(flows, sent)];
  const title = `a capture of ${flows.length} connections (its places are packets)`;
  return {
    recognised: [
      {
        file,
        from: 1,
        to: packets,
        title,
        facts: facts.map(({ line, ...fact }) => ({ ...fact, at: { file, line }, host: null })),
      },
    ],
    unplaced: [
      ...[...skipped].map(([why, count]) => ({ file, line: 1, why: `${count} packets ${why}` })),
      ...(trouble === null ? [] : [{ file, line: packets, why: `read as far as here: ${trouble}` }]),
    ],
  };
}

/** `end_ns` is when the capture ended: what has not been answered by then may still be. */
function captureFacts(flows: readonly Flow[], end_ns: number): Told[] {
  const begun = flows.filter(({ isPartial }) => !isPartial);
  return [
    ...connects(begun, end_ns),
    ...requests(flows),
    ...errors(flows, end_ns),
    ...handshakes(begun),
    ...reuse(begun, end_ns),
    ...idle(flows),
    ...atNode(begun, end_ns),
    ...atServers(begun, end_ns),
  ];
}

/**
 * What nstat would count at the clients, but for data that a full accept queue made them send again; where packets are
 * there twice, their SYNs only.
 */
function counters(flows: readonly Flow[], sent: number): Told[] {
  const syns = flows.reduce((sum, flow) => sum + Math.max(0, flow.syns - 1), 0);
  const data = flows.reduce(
    (sum, { resent, synAcks, isTaken }) => sum + (synAcks <= 1 && isTaken ? resent : 0),
    0,
  );
  const told = { TcpOutSegs: sent, TcpRetransSegs: syns + data, TcpExtTCPSynRetrans: syns };
  const counted = flows.some(({ isCopied }) => isCopied) ? { TcpExtTCPSynRetrans: syns } : told;
  return Object.entries(counted).map(([name, value]): Told => ({ kind: 'counter', line: 1, name, value }));
}

function isAnswered({ synAck_ns }: Flow): boolean {
  return synAck_ns !== null;
}

function isRetried({ syns, lastSyn_ns, start_ns }: Flow): boolean {
  return syns > 1 && lastSyn_ns - start_ns > RETRY_NS;
}

function connects(begun: readonly Flow[], end_ns: number): Told[] {
  // One that has just begun says nothing yet.
  const known = begun.filter(
    (flow) => isAnswered(flow) || flow.rst !== null || end_ns - flow.start_ns > RETRY_NS,
  );
  const times = known.flatMap((flow) => (isAnswered(flow) ? [flow.synAck_ns! - flow.start_ns] : []));
  if (known.length === 0 || times.length === 0) return [];
  const retried = known.filter(isRetried);
  const line = (retried[0] ?? known[0]!).firstPacket;
  const facts: Told[] = [
    {
      kind: 'connects',
      line,
      count: known.length,
      retried: retried.length,
      median_ms: median(times) / 1e6,
      isCaptured: true,
    },
  ];
  const span_s = (begun.at(-1)!.start_ns - begun[0]!.start_ns) / 1e9;
  if (span_s > 1)
    facts.push({
      kind: 'load',
      line: begun[0]!.firstPacket,
      rate: Math.round(begun.length / span_s),
      concurrency: null,
      duration_s: Math.ceil(end_ns / 1e9),
    });
  return facts;
}

function requests(flows: readonly Flow[]): Told[] {
  const answered = flows.filter(({ answers }) => answers > 0);
  if (answered.length === 0) return [];
  const times = answered.map(({ service_ns, answers }) => service_ns / answers);
  const count = answered.reduce((sum, { answers }) => sum + answers, 0);
  const slowest = times.reduce((most, time) => Math.max(most, time), 0);
  const { firstPacket } = answered[times.indexOf(slowest)]!;
  return [
    {
      kind: 'requests',
      line: firstPacket,
      count,
      median_ms: median(times) / 1e6,
      slowest_ms: slowest / 1e6,
    },
  ];
}

function errors(flows: readonly Flow[], end_ns: number): Told[] {
  const found = new Map<ClientError, { line: number; count: number }>();
  for (const flow of flows) {
    const error = errorOf(flow, end_ns);
    if (error === null) continue;
    const known = found.get(error) ?? { line: flow.rstPacket || flow.lastSynPacket, count: 0 };
    known.count++;
    found.set(error, known);
  }
  return [...found].map(([error, { line, count }]): Told => ({ kind: 'error', error, line, count }));
}

/** A request that is not answered for so long hangs. */
const HANGS_NS = 10e9;
/** Who waits for long has given up, or will. */
const PATIENCE_NS = 60e9;

function errorOf(flow: Flow, end_ns: number): ClientError | null {
  if (!isAnswered(flow) && !flow.isPartial) {
    if (flow.icmp === HOST_UNREACHABLE) return 'unreachable';
    if (flow.rst === 'server' || flow.icmp === PORT_UNREACHABLE) return 'refused';
    return flow.syns > 1 && end_ns - flow.start_ns > PATIENCE_NS ? 'timeout' : null;
  }
  if (flow.rst === 'server' && flow.fin !== 'client') return 'reset';
  const isOpen = flow.rst === null && flow.fin === null;
  return isOpen && flow.turn === 'client' && end_ns - flow.turn_ns > HANGS_NS ? 'timeout' : null;
}

/** Connections whose SYN the server answered again although the client had gone on: it had no room to accept them. */
function handshakes(begun: readonly Flow[]): Told[] {
  const answered = begun.filter((flow) => isAnswered(flow) && !flow.isCopied);
  const forgotten = answered.filter(({ synAcks, resent }) => synAcks > 1 && resent > 0);
  if (forgotten.length === 0) return [];
  const line = forgotten[0]!.firstPacket;
  return [{ kind: 'handshakes', line, count: answered.length, forgotten: forgotten.length }];
}

/** Of connects from a port whose last connection to the same service ended lately, and of the others: how many waited. */
function reuse(begun: readonly Flow[], end_ns: number): Told[] {
  const before = new Map<string, Flow>();
  const reused = { count: 0, retried: 0, line: 0 };
  const fresh = { count: 0, retried: 0 };
  const unknown = { count: 0, retried: 0 };
  for (const flow of begun) {
    const key = `${flow.client}:${flow.clientPort}>${flow.server}`;
    const last = before.get(key);
    before.set(key, flow);
    if (!isRetried(flow) && !isAnswered(flow) && end_ns - flow.start_ns <= RETRY_NS) continue;
    const isReused = last !== undefined && isAnswered(last) && flow.start_ns - last.last_ns < TIME_WAIT_NS;
    // Who had the port before the capture is not known.
    const isUnknown = last === undefined && flow.start_ns < TIME_WAIT_NS;
    const kind = isReused ? reused : isUnknown ? unknown : fresh;
    kind.count++;
    if (!isRetried(flow)) continue;
    kind.retried++;
    if (isReused && reused.line === 0) reused.line = flow.firstPacket;
  }
  if (reused.count === 0) return [];
  const line = reused.line || begun[0]!.firstPacket;
  return [
    {
      kind: 'reuse',
      line,
      reused: reused.count,
      reusedRetried: reused.retried,
      fresh: fresh.count,
      freshRetried: fresh.retried,
      unknown: unknown.count,
      unknownRetried: unknown.retried,
    },
  ];
}

function idle(flows: readonly Flow[]): Told[] {
  const reset = flows.filter(({ rst, idleBeforeRst_ns }) => rst === 'server' && idleBeforeRst_ns > IDLE_NS);
  if (reset.length === 0) return [];
  const least = reset.reduce((a, b) => (b.idleBeforeRst_ns < a.idleBeforeRst_ns ? b : a));
  return [
    {
      kind: 'idle resets',
      line: least.rstPacket,
      count: reset.length,
      least_s: Math.round(least.idleBeforeRst_ns / 1e9),
    },
  ];
}

/** Nothing where no NAT was seen, or connections were answered whose way on was not captured. */
function atNode(begun: readonly Flow[], end_ns: number): Told[] {
  const old = begun.filter(({ lastSyn_ns }) => end_ns - lastSyn_ns > SENT_ON_NS);
  const isSeen = old.some(({ forwardedSyns }) => forwardedSyns > 0);
  if (!isSeen || old.some((flow) => isAnswered(flow) && flow.forwardedSyns === 0)) return [];
  // Where the client's own end was captured, too, the network between has had its share.
  const hasFurther = old.some(({ furtherSyns }) => furtherSyns > 0);
  let came = 0;
  let kept = 0;
  let line = old[0]!.firstPacket;
  for (const { syns, furtherSyns, forwardedSyns, firstPacket } of old) {
    const arrived = hasFurther ? furtherSyns : syns;
    const missing = Math.max(0, arrived - forwardedSyns);
    if (kept === 0 && missing > 0) line = firstPacket;
    came += arrived;
    kept += missing;
  }
  return [{ kind: 'syns at the node', line, came, kept }];
}

function atServers(begun: readonly Flow[], end_ns: number): Told[] {
  const servers = new Map<string, FactOfServer & { line: number }>();
  for (const flow of begun) {
    const { realServer, server: service, serverSaid, forwardedSyns, lastSyn_ns, firstPacket } = flow;
    if (realServer === null || end_ns - lastSyn_ns <= RETRY_NS) continue;
    const known = servers.get(realServer);
    const own = known ?? { service, count: 0, late: 0, unanswered: 0, refused: 0, line: firstPacket };
    servers.set(realServer, own);
    own.count++;
    const isUnanswered = serverSaid === null && !isAnswered(flow);
    if (own.unanswered + own.refused === 0 && (isUnanswered || serverSaid === 'no')) own.line = firstPacket;
    if (isUnanswered) own.unanswered++;
    else if (forwardedSyns > 1) own.late++;
    if (serverSaid === 'no') own.refused++;
  }
  return [...servers].map(([server, own]): Told => ({ kind: 'connects at a server', server, ...own }));
}

interface FactOfServer {
  readonly service: string;
  count: number;
  late: number;
  unanswered: number;
  refused: number;
}
