/** Outputs of real commands are recognised by their content, and what they say is read with its line. */
import { describe, expect, test } from 'vitest';
import { recognise } from '../../src/evidence/recognise.ts';

const LN = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.10:53 rr persistent 10800
  -> 20.20.210.3:53               Masq    1      3          14116
FWM  5 wlc
  -> 20.20.210.4:0                Route   0      0          0`;

const STATS = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  10.3.0.42:80                    14209   111769    74613  7207174  8334358
  -> 10.2.1.22:80                        2       12        8      774      894`;

const LNC = `IPVS connection entries
pro expire state       source             virtual            destination
TCP 01:53  TIME_WAIT   10.142.90.22:22178 10.142.90.245:8806 10.142.90.61:8806
TCP 01:51  TIME_WAIT   10.142.90.22:22180 10.142.90.245:8806 10.142.90.61:8806
IP  99:51  NONE        10.142.90.22:0     10.142.90.245:8806 10.142.90.61:8806`;

function only(text: string) {
  const { recognised, unplaced } = recognise(text, 'a.txt');
  expect(unplaced).toEqual([]);
  expect(recognised).toHaveLength(1);
  return recognised[0]!;
}

describe('one output', () => {
  test('ipvsadm -Ln', () => {
    const { title, facts } = only(LN);
    expect(title).toBe('ipvsadm -Ln');
    expect(facts).toMatchObject([
      { kind: 'service', protocol: 'tcp', address: '10.96.0.10:53', persistent_s: 10800, at: { line: 4 } },
      { kind: 'server', address: '20.20.210.3:53', weight: 1, active: 3, inactive: 14116, at: { line: 5 } },
      { kind: 'service', protocol: 'fwm', address: '5' },
      { kind: 'server', service: '5', weight: 0 },
    ]);
  });

  test('ipvsadm --stats is no listing', () => {
    const { title, facts } = only(STATS);
    expect(title).toBe('ipvsadm -Ln --stats');
    expect(facts).toMatchObject([
      { kind: 'counter', name: 'ipvs.conns tcp 10.3.0.42:80', value: 14209 },
      { kind: 'packets', service: '10.3.0.42:80', server: '10.2.1.22:80', to: 12, from: 8 },
    ]);
  });

  test('ipvsadm -Lnc is counted', () => {
    const { title, facts } = only(LNC);
    expect(title).toBe('ipvsadm -Lnc');
    expect(facts).toMatchObject([
      { kind: 'listing', of: 'entries', count: 3, at: { line: 1 } },
      { kind: 'entries', state: 'TIME_WAIT', count: 2, clients: 1, templates: 0, at: { line: 3 } },
      { kind: 'entries', protocol: 'ip', state: 'NONE', count: 1, templates: 1, at: { line: 5 } },
    ]);
  });

  test.each([
    [
      'ipvsadm -Sn',
      '-A -u 10.96.0.10:53 -s rr -p 60\n-a -u 10.96.0.10:53 -r 20.20.210.3:53 -m -w 0',
      [
        { kind: 'service', protocol: 'udp', persistent_s: 60 },
        { kind: 'server', weight: 0 },
      ],
    ],
    [
      'ipvsadm -l --timeout',
      'Timeout (tcp tcpfin udp): 900 120 300',
      [{ value: '900' }, { value: '120' }, { key: 'net.ipv4.vs.timeout.udp', value: '300' }],
    ],
    ['sysctl -a', 'net.ipv4.vs.conn_reuse_mode = 1', [{ kind: 'sysctl', value: '1', at: { line: 1 } }]],
    [
      'the name of a kernel',
      'Linux node-7 5.4.0-100-generic #113-Ubuntu SMP Thu Feb 3 18:43:29 UTC 2022 x86_64 GNU/Linux',
      [{ kind: 'kernel' }],
    ],
    ['the name of a kernel', 'Ubuntu 5.4.0-100.113-generic 5.4.166', [{ kind: 'kernel' }]],
    ['/etc/os-release', 'NAME="Ubuntu"\nVERSION_ID="20.04"', []],
    [
      'conntrack -L',
      'udp      17 29 src=10.0.0.1 dst=10.96.0.10 sport=5000 dport=53 [UNREPLIED] src=10.1.0.3 dst=10.0.0.1 sport=53 dport=5000 mark=0 use=1',
      [
        {
          kind: 'flows',
          destination: '10.96.0.10:53',
          answers: '10.1.0.3:53',
          state: '',
          count: 1,
          clients: 1,
          unreplied: 1,
        },
      ],
    ],
    [
      'conntrack -L',
      'tcp      6 119 TIME_WAIT src=10.0.0.1 dst=10.96.0.10 sport=5000 dport=80 src=10.1.0.3 dst=10.0.0.1 sport=8080 dport=5000 [ASSURED] mark=0 use=1\ntcp      6 119 TIME_WAIT src=10.0.0.2 dst=10.96.0.10 sport=5000 dport=80 src=10.1.0.3 dst=10.0.0.2 sport=8080 dport=5000 [ASSURED] mark=0 use=1',
      [
        {
          kind: 'flows',
          destination: '10.96.0.10:80',
          answers: '10.1.0.3:8080',
          state: 'TIME_WAIT',
          count: 2,
          clients: 2,
        },
      ],
    ],
    [
      'conntrack -S',
      'cpu=0   \tfound=1 invalid=2 insert=0 insert_failed=3 drop=4 early_drop=0 error=0 search_restart=0\ncpu=1   \tfound=1 invalid=2 insert=0 insert_failed=3 drop=5 early_drop=0 error=0 search_restart=0',
      expect.arrayContaining([expect.objectContaining({ name: 'conntrack.drop', value: 9 })]),
    ],
    [
      'nstat',
      '#kernel\nTcpExtListenOverflows           120                0.0',
      [{ kind: 'counter', name: 'TcpExtListenOverflows', value: 120 }],
    ],
    [
      'netstat -s',
      'Tcp:\n    100 active connection openings\nTcpExt:\n    7 times the listen queue of a socket overflowed\n    TCPSynRetrans: 12',
      [
        { name: 'TcpActiveOpens', value: 100 },
        { name: 'TcpExtListenOverflows', value: 7 },
        { name: 'TcpExtTCPSynRetrans', value: 12 },
      ],
    ],
    [
      'ss -tan',
      'State      Recv-Q Send-Q Local Address:Port  Peer Address:Port\nLISTEN     129    128          *:80               *:*\nTIME-WAIT  0      0      10.0.0.1:4000       10.96.0.10:80\nTIME-WAIT  0      0      10.0.0.1:4001       10.96.0.10:80',
      [
        { kind: 'listener', queued: 129, backlog: 128 },
        { kind: 'sockets', state: 'TIME-WAIT', peer: '10.96.0.10:80', count: 2 },
      ],
    ],
    [
      'dmesg',
      '[12345.678901] nf_conntrack: nf_conntrack: table full, dropping packet',
      [{ kind: 'message', message: 'conntrack full' }],
    ],
    [
      'report of wrk',
      'Running 30s test @ http://10.96.0.10/\n  2 threads and 100 connections\n  Latency Distribution\n     50%    1.20ms\n     99%    1.02s\n  60000 requests in 30.00s, 10MB read\n  Socket errors: connect 0, read 3, write 0, timeout 2\nRequests/sec:   2000.00',
      [
        { kind: 'error', error: 'reset', count: 3 },
        { kind: 'error', error: 'timeout', count: 2 },
        { kind: 'load', rate: 2000, concurrency: 100, duration_s: 30 },
        { kind: 'requests', median_ms: 1.2, slowest_ms: 1020 },
      ],
    ],
    [
      'report of hey',
      'Summary:\n  Total:\t10.0 secs\n  Requests/sec:\t100.0\nLatency distribution:\n  50% in 0.0100 secs\n  99% in 1.0200 secs\nDetails (average, fastest, slowest):\n  DNS+dialup:\t0.0100 secs, 0.0010 secs, 1.0100 secs\nError distribution:\n  [12]\tGet "http://10.96.0.10/": dial tcp 10.96.0.10:80: connect: cannot assign requested address',
      [
        { kind: 'error', error: 'no port', count: 12 },
        { kind: 'load', rate: 100, duration_s: 10 },
        { kind: 'connects', retried: 1 },
        { kind: 'requests', median_ms: 10, slowest_ms: 1020 },
      ],
    ],
    [
      'report of vegeta',
      'Requests      [total, rate, throughput]  5000, 500.10, 490.00\nLatencies     [min, mean, 50, 90, 95, 99, max]  1ms, 20ms, 5ms, 10ms, 12ms, 1.003s, 3.01s',
      [
        { kind: 'load', rate: 500.1 },
        { kind: 'requests', count: 5000, median_ms: 5, slowest_ms: 3010 },
      ],
    ],
    [
      'report of k6',
      '     http_req_connecting............: avg=7ms min=0s med=400µs max=1.01s p(90)=1ms p(95)=2ms\n     http_req_duration..............: avg=7ms min=1ms med=5ms max=60ms p(90)=9ms p(95)=10ms\n     http_reqs......................: 3000   100.5/s',
      [{ kind: 'load', rate: 100.5 }, { kind: 'connects' }, { kind: 'requests', median_ms: 5 }],
    ],
    [
      'access log',
      '10.0.0.1 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 612 uct=0.001 urt=0.012\n10.0.0.1 - - [10/Oct/2025:13:55:37 +0000] "GET / HTTP/1.1" 200 612 uct=1.004 urt=1.016',
      [
        { kind: 'connects', count: 2, retried: 1, onset: { connects: 1 }, at: { line: 2 } },
        { kind: 'requests', count: 2, slowest_ms: 12 },
      ],
    ],
    [
      'access log',
      '[2025-10-10T13:55:36.310Z] "POST /api HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "curl" "a" "b" "10.1.0.5:80"\n[2025-10-10T13:55:36.310Z] "GET / HTTP/1.1" 503 UF,URX upstream_reset_before_response_started{connection_timeout} - "-" 0 91 10000 - "-"\n[2025-10-10T13:55:36.310Z] "GET / HTTP/1.1" 503 UF upstream_reset_before_response_started{remote_connection_failure,delayed_connect_error:_111} - "-" 0 91 1 - "-"\n[2025-10-10T13:55:36.310Z] "GET / HTTP/1.1" 503 UC - 0 91 7 - "-"',
      [
        { kind: 'requests', count: 4, slowest_ms: 10_000 },
        { kind: 'error', error: 'timeout', count: 1, at: { line: 2 } },
        { kind: 'error', error: 'refused', count: 1, at: { line: 3 } },
        { kind: 'error', error: 'reset', count: 1, at: { line: 4 } },
      ],
    ],
    [
      'access log',
      '{"start_time":"2025-10-10T13:55:36.000Z","upstream_connect_duration":2,"duration":30}\n{"start_time":"2025-10-10T13:56:06.500Z","upstream_connect_duration":1002,"duration":1040}',
      [
        { kind: 'connects', count: 2, retried: 1, median_ms: 1002, onset: { connects: 1 } },
        { kind: 'requests', count: 2, median_ms: 38, slowest_ms: 38 },
      ],
    ],
    [
      'report of hey',
      'Summary:\n  Total:\t10.0 secs\n  Requests/sec:\t100.0\nLatency distribution:\n  50% in 0.0100 secs\n  95% in 0.0120 secs\nDetails (average, fastest, slowest):\n  DNS+dialup:\t0.0210 secs, 0.0010 secs, 1.0100 secs\n  resp wait:\t0.0090 secs, 0.0080 secs, 0.0300 secs\nStatus code distribution:\n  [200]\t1000 responses',
      [
        { kind: 'load', rate: 100, duration_s: 10 },
        { kind: 'connects', count: 1000, retried: 20, median_ms: 1 },
        { kind: 'requests', count: 1000, slowest_ms: 30 },
      ],
    ],
    [
      'report of k6',
      'WARN[0003] Request Failed  error="Get \\"http://10.96.0.10/\\": dial tcp 10.96.0.10:80: i/o timeout"\n     http_req_connecting............: avg=30.4ms min=0s med=400µs max=1.01s p(90)=1ms p(95)=2ms\n     http_req_duration..............: avg=7ms min=1ms med=5ms max=60ms p(90)=9ms p(95)=10ms\n     http_reqs......................: 3000   100.5/s',
      [
        { kind: 'error', error: 'timeout', count: 1 },
        { kind: 'load', rate: 100.5 },
        { kind: 'connects', count: 3000, retried: 90, median_ms: 0.4 },
        { kind: 'requests', median_ms: 5, slowest_ms: 60 },
      ],
    ],
    [
      '/proc/net/ip_vs_stats',
      '   Total Incoming Outgoing         Incoming         Outgoing\n   Conns  Packets  Packets            Bytes            Bytes\n      3A      1B2      1A3             1234             1235\n\n Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n       C       10       10              100              100',
      [
        { kind: 'counter', name: 'ipvs.conns', value: 0x3a, at: { line: 3 } },
        { name: 'ipvs.inPackets', value: 0x1b2 },
        { name: 'ipvs.outPackets', value: 0x1a3 },
        { kind: 'rate', service: null, conns_per_s: 12, at: { line: 6 } },
      ],
    ],
    [
      'ipvsadm -Ln --rate',
      'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n  -> RemoteAddress:Port\nTCP  10.3.0.42:80                       17       85       68     5000     6000',
      [{ kind: 'rate', service: '10.3.0.42:80', conns_per_s: 17 }],
    ],
    [
      'keepalived.conf',
      '! Configuration File for keepalived\nvirtual_server 10.96.0.10 443 {\n    lb_algo rr\n    # the first\n    persistence_timeout 50\n    protocol TCP\n    real_server 10.1.0.5 8443 {\n        weight 3\n    }\n}',
      [
        { kind: 'service', address: '10.96.0.10:443', persistent_s: 50, at: { line: 2 } },
        { kind: 'server', address: '10.1.0.5:8443', weight: 3, active: null, at: { line: 7 } },
      ],
    ],
    [
      'objects of Kubernetes',
      'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  clusterIP: 10.96.0.10\n  # the only one\n  ports: [{port: 80}]\n---\nkind: Endpoints\nmetadata: {name: web}\nsubsets: [{addresses: [{ip: 10.1.0.5}], ports: [{port: 8080}]}]\n---\nkind: Node\nstatus: {nodeInfo: {kernelVersion: 5.4.0-42-generic}}',
      [
        { kind: 'service', protocol: 'tcp', address: '10.96.0.10:80', at: { line: 1 } },
        { kind: 'server', address: '10.1.0.5:8080', inactive: null },
        { kind: 'kernel', text: '5.4.0-42-generic' },
      ],
    ],
  ])('%s: %#', (title, text, facts) => {
    const read = only(text);
    expect(read.title).toBe(title);
    expect(read.facts).toMatchObject(facts);
  });
});

describe('firewall marks', () => {
  const facts = (text: string) => recognise(text, 'x').recognised.flatMap((section) => section.facts);

  test('a service is named by its mark, in decimal or, under /proc, in hexadecimal', () => {
    const listed =
      'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight\nFWM  10 rr\n';
    const proc =
      'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight\nFWM  0000000A rr \n';
    const service = { kind: 'service', protocol: 'fwm', address: '10' };
    expect([facts(listed), facts(proc)]).toMatchObject([[service], [service]]);
  });

  test('rules say what is marked, and which of them say too little', () => {
    const text = `*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j MARK --set-xmark 0xa/0xffffffff
-A PREROUTING -d 10.96.0.11/32 -j MARK --set-xmark 0xb/0xffffffff
-A FORWARD -j ACCEPT
COMMIT
`;
    const { recognised, unplaced } = recognise(text, 'x');
    expect(recognised).toMatchObject([
      {
        title: 'iptables-save',
        facts: [{ kind: 'mark', mark: 10, protocol: 'tcp', address: '10.96.0.10:80' }],
      },
    ]);
    expect(unplaced).toMatchObject([{ line: 4, why: expect.stringContaining('every port of 10.96.0.11') }]);
  });
});

describe('whose it is', () => {
  const SETTING = 'net.ipv4.vs.conntrack = 1';
  const hostsOf = (text: string, host?: string) =>
    recognise(text, 'a', host).recognised.flatMap(({ facts }) => facts.map((fact) => fact.host));

  test.each([
    ['a prompt', `root@node-7:~# sysctl -a\n${SETTING}`, 'node-7'],
    ['a prompt of RHEL', `[root@node-7 ~]# sysctl -a\n${SETTING}`, 'node-7'],
    ['a prompt without a name goes on', `root@node-7:~# uptime\n$ sysctl -a\n${SETTING}`, 'node-7'],
    ['nothing', SETTING, null],
  ])('%s', (_, text, host) => {
    expect(hostsOf(text)).toEqual([host]);
  });

  test('uname -a says it of the whole text, and what is known beforehand wins', () => {
    const text = `Linux node-7 5.4.0-100-generic #113-Ubuntu SMP x86_64\n${SETTING}`;
    expect(hostsOf(text)).toEqual(['node-7', 'node-7']);
    expect(hostsOf(text, 'node-8')).toEqual(['node-8', 'node-8']);
  });
});

test('outputs pasted one below the other, with prompts, are told apart', () => {
  const { recognised, unplaced } = recognise(
    `root@node:~# ipvsadm -Ln\n${LN}\n# sysctl net.ipv4.vs\nnet.ipv4.vs.conntrack = 1\n${LNC}\nnonsense of mine`,
    'all.txt',
  );
  expect(recognised.map(({ title, from }) => [title, from])).toEqual([
    ['ipvsadm -Ln', 2],
    ['sysctl -a', 10],
    ['ipvsadm -Lnc', 11],
  ]);
  expect(unplaced).toEqual([{ file: 'all.txt', line: 16, why: 'ipvsadm -Lnc: not a connection entry' }]);
});

describe('JSON', () => {
  test('of one line is read whole, however long', () => {
    const item = { kind: 'Pod', metadata: { name: 'a', annotations: { a: 'x'.repeat(10_000) } } };
    const service = { kind: 'Service', spec: { clusterIP: '10.96.0.10', ports: [{ port: 80 }] } };
    const { recognised, unplaced } = recognise(JSON.stringify({ kind: 'List', items: [item, service] }), 'a');
    expect(recognised[0]!.facts).toMatchObject([{ kind: 'service', address: '10.96.0.10:80' }]);
    expect(unplaced).toEqual([]);
  });

  test('of another kind is named', () => {
    expect(recognise('{\n  "latencies": {}\n}', 'a').unplaced[0]!.why).toContain('no objects of Kubernetes');
  });

  test('services without endpoints are not services without real servers', () => {
    const { recognised, unplaced } = recognise(
      'kind: Service\nspec: {clusterIP: 10.96.0.10, ports: [{port: 80}]}',
      'a',
    );
    expect(recognised[0]!.facts).toEqual([]);
    expect(unplaced[0]!.why).toContain('kubectl get services,endpointslices');
  });
});

test('lines drawn between outputs are no output', () => {
  expect(recognise(`---\n=====\n${LN}`, 'a').unplaced).toEqual([]);
});

describe('what is none', () => {
  test.each([
    ['', 'empty'],
    ['\u001f\ufffd\b\u0000', 'compressed'],
    ['PK\u0003\u0004abc', 'zip'],
    ['\u007fELF\u0000\u0000\u0000\u0000', 'binary'],
    ['Dear support,\nour service is slow.\n', 'no output that is known'],
  ])('%j is refused in words', (text, why) => {
    const { recognised, unplaced } = recognise(text, 'a');
    expect(recognised).toEqual([]);
    expect(unplaced[0]!.why).toContain(why);
  });

  test('a thousand bad lines are few words', () => {
    const { unplaced } = recognise(`${LNC}\n${'x\n'.repeat(1000)}`, 'a');
    expect(unplaced).toHaveLength(11);
    expect(unplaced.at(-1)!.why).toBe('and 990 more lines');
  });

  test('a line of megabytes costs no more than its beginning', () => {
    const begin = performance.now();
    recognise(`${LN}\n${'TCP 01:53 '.repeat(1_000_000)}\n${'src= '.repeat(1_000_000)}`, 'a');
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});
