/**
 * What an engineer would hand in of a simulated run: the outputs of commands on the client, on the node and on the real
 * servers, as those print them. Tables, conntrack and ab's report are the project's own views.
 */

import { FlowTable } from '../../src/evidence/capture/flows.ts';
import { TCP } from '../../src/evidence/capture/link_layer.ts';
import type { TcpStack } from '../../src/kernel/ipv4/tcp.ts';
import { TCP_CLOSE } from '../../src/kernel/ipv4/tcp_states.ts';
import type { SkBuffs } from '../../src/kernel/sk_buff.ts';
import type { Tap } from '../../src/kernel/tap.ts';
import type { Result } from '../../src/measure/result.ts';
import type { Snapshot } from '../../src/measure/snapshot.ts';
import type { Network } from '../../src/network/network.ts';
import { renderAb } from '../../src/report/forms/ab.ts';
import { VIEWS } from '../../src/report/instant/views.ts';
import { addressBook } from '../../src/scenario/address_book.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { createRun } from '../../src/simulate.ts';
import { formatAddress } from '../../src/text/ipv4.ts';

/** Each output with the command before it. */
export interface Output {
  readonly host: 'client' | 'director' | 'server';
  readonly command: string;
  readonly text: string;
}

/** Left behind in counters by what happened before, on any host that has been up for a while. */
export interface Past {
  readonly listenOverflows: number;
  readonly dataRetransmitted: number;
  readonly synRetransmitted: number;
  readonly sent: number;
  readonly opens: number;
}

const NO_PAST: Past = { listenOverflows: 0, dataRetransmitted: 0, synRetransmitted: 0, sent: 0, opens: 0 };
const SS_STATES: Readonly<Record<number, string>> = {
  1: 'ESTAB',
  2: 'SYN-SENT',
  3: 'SYN-RECV',
  4: 'FIN-WAIT-1',
  5: 'FIN-WAIT-2',
  8: 'CLOSE-WAIT',
  9: 'LAST-ACK',
  11: 'CLOSING',
};
/** What ab -r prints beside its report. */
const AB_ERRORS: Readonly<Record<string, string>> = {
  ECONNRESET: 'apr_socket_recv: Connection reset by peer (104)',
  ECONNREFUSED: 'apr_socket_recv: Connection refused (111)',
  ETIMEDOUT: 'apr_pollset_poll: The timeout specified has expired (70007)',
  EADDRNOTAVAIL: 'apr_socket_connect(): Cannot assign requested address (99)',
  EHOSTUNREACH: 'apr_socket_recv: No route to host (113)',
};

/** Runs the scenario to its end; the outputs are those of that instant. */
export function handedInOf(
  scenario: Scenario,
  past: Past = NO_PAST,
): { readonly outputs: readonly Output[]; readonly result: Result; readonly captured: FlowTable } {
  const sent = { clients: 0, servers: 0 };
  const captured = new FlowTable(addressBook(scenario));
  let network: Network | null = null;
  const run = createRun(scenario, {
    tap: (skbs, clock) =>
      countingTap(captureAt(skbs, clock, captured), (point, skb) => {
        if (skbs.retransmission(skb) === 0 || (skbs.flags(skb) & SYN) !== 0) return;
        if (point === 'client') sent.clients++;
        else sent.servers++;
      }),
    requests: (made, next) => {
      network = made;
      return next;
    },
  });
  run.advance(Number.POSITIVE_INFINITY);
  const result = run.result();
  const snapshot = run.snapshot();
  const outputs = [
    ...ofDirector(snapshot, result, past),
    ...ofClient(scenario, network!, result, sent.clients, past),
    ...ofServer(network!, result, sent.servers, past),
  ];
  return { outputs, result, captured };
}

const SYN = 2;

/** What tcpdump sees at the client. */
function captureAt(
  skbs: SkBuffs,
  clock: { readonly now_ns: number },
  flows: FlowTable,
): (skb: number) => void {
  let number = 0;
  return (skb) => {
    number++;
    if (skbs.protocol(skb) !== TCP) return;
    flows.add({
      number,
      at_ns: clock.now_ns,
      interface: 0,
      protocol: TCP,
      source: skbs.saddr(skb) >>> 0,
      destination: skbs.daddr(skb) >>> 0,
      sourcePort: skbs.sport(skb),
      destinationPort: skbs.dport(skb),
      flags: skbs.flags(skb),
      seq: skbs.seq(skb) >>> 0,
      ack: skbs.ack(skb) >>> 0,
      length: skbs.len(skb),
      icmp: 0,
    });
  };
}

function countingTap(
  onSeen: (skb: number) => void,
  onSent: (point: 'client' | 'real-server', skb: number) => void,
): Tap {
  return {
    packet(point, skb, sending) {
      if (point === 'client') onSeen(skb);
      if (sending && (point === 'client' || point === 'real-server')) onSent(point, skb);
    },
    decision() {},
    drop() {},
    entry() {},
    entryOver() {},
  };
}

function ofDirector(snapshot: Snapshot, result: Result, past: Past): Output[] {
  const view = (name: string): string => VIEWS.find((each) => each.name === name)!.render(snapshot);
  const on = (command: string, text: string): Output => ({ host: 'director', command, text });
  const settings = Object.entries(snapshot.sysctl).filter(
    ([key]) => !key.includes('.timeout.') && !key.endsWith('conn_tab_bits'),
  );
  const limit = snapshot.sysctl['net.netfilter.nf_conntrack_max'] ?? 0;
  const full = result.drops.conntrack_full ?? 0;
  return [
    on('uname -a', `Linux director ${snapshot.kernel} #1 SMP x86_64 GNU/Linux\n`),
    on(
      'sysctl -a',
      `${settings.map(([key, value]) => `${key} = ${value}\n`).join('')}` +
        `net.ipv4.ip_local_port_range = 32768\t60999\nnet.netfilter.nf_conntrack_count = ${snapshot.conntracks.length}\n` +
        (limit === 0 ? 'net.netfilter.nf_conntrack_max = 262144\n' : ''),
    ),
    on('ipvsadm -Ln', view('ipvsadm-ln')),
    on('ipvsadm -Ln --stats', view('ipvsadm-stats')),
    on('ipvsadm -l --timeout', view('ipvsadm-timeout')),
    on('ipvsadm -Lnc', view('ipvsadm-lnc')),
    on('conntrack -L', view('conntrack-l')),
    on('conntrack -S', view('conntrack-s')),
    ...(full > 0
      ? [on('dmesg', '[ 4711.234567] nf_conntrack: nf_conntrack: table full, dropping packet\n')]
      : []),
    // The node forwards what the others send: its own TCP has no part in it.
    on('nstat -asz', nstat({ opens: 300, sent: 4000 + past.sent, retransmitted: 2, syns: 1, overflows: 0 })),
  ];
}

function ofClient(
  scenario: Scenario,
  network: Network,
  result: Result,
  dataRetransmitted: number,
  past: Past,
): Output[] {
  const on = (command: string, text: string): Output => ({ host: 'client', command, text });
  const stack = network.topology.clientStack;
  const [low, high] = scenario.clients[0]!.ports;
  const isTcp = scenario.services.some(({ protocol }) => protocol === 'tcp');
  const errors = Object.entries(result.errors).flatMap(([name, count]) =>
    count > 0 && AB_ERRORS[name] !== undefined ? [`${AB_ERRORS[name]}\n`] : [],
  );
  const outputs = [
    on(
      'sysctl net.ipv4',
      `net.ipv4.ip_local_port_range = ${low}\t${high}\nnet.ipv4.tcp_keepalive_time = 7200\n`,
    ),
  ];
  if (!isTcp) return outputs;
  outputs.push(
    on(
      'nstat -asz',
      nstat({
        sent: stack.counters.packets + past.sent,
        opens: result.totals.connects + past.opens,
        retransmitted:
          dataRetransmitted +
          result.totals.syn_retransmitted +
          past.dataRetransmitted +
          past.synRetransmitted,
        syns: result.totals.syn_retransmitted + past.synRetransmitted,
        overflows: 0,
      }),
    ),
    on('ss -tan', clientSockets(scenario, stack)),
    on(`ab -r http://${scenario.services[0]!.address}/`, `${renderAb(result)}${errors.join('')}`),
  );
  return outputs;
}

function ofServer(network: Network, result: Result, retransmitted: number, past: Past): Output[] {
  const on = (command: string, text: string): Output => ({ host: 'server', command, text });
  const overflows = (result.drops.backlog_full ?? 0) + past.listenOverflows;
  const sent = network.topology.serverStack.counters.packets;
  const listeners = network.servers.servers
    .filter(({ isUdp }) => !isUdp)
    .map(
      ({ config, acceptQueue }) =>
        `LISTEN ${acceptQueue} ${config.backlog} 0.0.0.0:${config.address.split(':')[1]} 0.0.0.0:*\n`,
    );
  return [
    on('nstat -asz', nstat({ sent, retransmitted, syns: 0, overflows })),
    ...(listeners.length === 0
      ? []
      : [on('ss -ltn', `State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n${listeners.join('')}`)]),
  ];
}

function nstat(values: {
  readonly opens?: number;
  readonly sent: number;
  readonly retransmitted: number;
  readonly syns: number;
  readonly overflows: number;
}): string {
  const row = (name: string, value: number): string => `${name.padEnd(32)}${`${value}`.padEnd(19)}0.0\n`;
  return (
    '#kernel\n' +
    row('TcpActiveOpens', values.opens ?? 0) +
    row('TcpOutSegs', values.sent) +
    row('TcpRetransSegs', values.retransmitted) +
    row('TcpExtListenOverflows', values.overflows) +
    row('TcpExtListenDrops', values.overflows) +
    row('TcpExtTCPSynRetrans', values.syns)
  );
}

/** The sockets of the first client's address, and its ports in TIME_WAIT. */
function clientSockets(scenario: Scenario, stack: TcpStack): string {
  const { socks, services } = stack;
  const rows: string[] = [];
  const row = (state: string, caddr: number, cport: number, service: number): void => {
    const peer = `${formatAddress(services.addr[service]! >>> 0)}:${services.port[service]!}`;
    rows.push(`${state} 0 0 ${formatAddress(caddr >>> 0)}:${cport} ${peer}\n`);
  };
  for (let sock = 0; sock < socks.used; sock++) {
    const state = SS_STATES[socks.state[sock]!];
    if (socks.state[sock] === TCP_CLOSE || state === undefined) continue;
    const [caddr, cport, service] = [socks.caddr[sock]!, socks.cport[sock]!, socks.service[sock]!];
    if (socks.find(caddr, cport, service) === sock) row(state, caddr, cport, service);
  }
  const [low, high] = scenario.clients[0]!.ports;
  const [first] = scenario.clients;
  for (const address of first!.addresses) {
    const caddr = address.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0);
    for (let port = low; port <= high; port++) {
      if (stack.hosts.some(({ timewaits }) => timewaits.find(caddr, port, 0) >= 0))
        row('TIME-WAIT', caddr, port, 0);
    }
  }
  return `State Recv-Q Send-Q Local Address:Port Peer Address:Port\n${rows.join('')}`;
}
