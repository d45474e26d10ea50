import { describe, expect, test } from 'vitest';
import { formatScript } from '../../src/script/format_script.ts';
import { parseScript } from '../../src/script/parse_script.ts';

const SETUP = 'service tcp 10.96.0.10:80 rr\nserver 10.0.2.2:8080\nserver 10.0.2.3:8080 weight 2\n';

function parsed(text: string) {
  const { script, problems } = parseScript(text, 'x.pkt');
  expect(problems).toEqual([]);
  return script!;
}

test('a script in words', () => {
  const script = parsed(
    `# A title\n${SETUP}sysctl net.ipv4.vs.conn_reuse_mode=0\n` +
      '+0 client 10.0.1.2:40000 > vip S\n  expect server S to 10.0.2.3\n' +
      '+500ms server 10.0.2.3 > 10.0.1.2:40000 S. # tcpdump writes ACK as a dot\n12.5 weight 10.0.2.3 0\n',
  );
  expect(script).toMatchObject({
    title: 'A title',
    kernel: null,
    service: { protocol: 'tcp', address: '10.96.0.10:80', scheduler: 'rr', forward: 'masq' },
    realServers: [
      { address: '10.0.2.2:8080', weight: 1 },
      { address: '10.0.2.3:8080', weight: 2 },
    ],
    sysctl: { 'net.ipv4.vs.conn_reuse_mode': 0 },
    track: true,
  });
  expect(script.steps).toMatchObject([
    {
      kind: 'packet',
      at_ns: 0,
      from: 'client',
      source: '10.0.1.2:40000',
      destination: '10.96.0.10:80',
      flags: 'S',
    },
    {
      kind: 'expect',
      line: 7,
      at_ns: 0,
      expectation: { about: 'frame', to: 'server', what: 'S', server: '10.0.2.3' },
    },
    { kind: 'packet', at_ns: 500e6, from: 'server', source: '10.0.2.3:8080', flags: 'SA' },
    { kind: 'command', at_ns: 12.5e9, command: { name: 'weight', server: '10.0.2.3:8080', weight: 0 } },
  ]);
});

test('what is formatted reads back the same', () => {
  const script = parsed(
    `# t\nkernel 5.4\nhz 1000\ntrack off\n${SETUP}` +
      '+0 client 10.0.1.2:40000 > vip PA len 10 seq 7 ack 9\n+1 client 10.0.1.2:40000 > vip PA again\n' +
      '+0 expect entry 10.0.1.2:40000 TIME_WAIT to 10.0.2.3 expires 119\n+0 expect no conntrack 10.0.1.2:40000\n' +
      '+0 expect client icmp 3/3\n+0 expect counters 10.0.2.2:8080 1 0\n+0 expect nothing\n' +
      '+2 delete 10.0.2.2\n+0 add 10.0.2.2:8080 weight 3\n+0 timeout 900 120 300\n+0 sysctl net.ipv4.vs.sloppy_tcp 1\n',
  );
  const again = parsed(formatScript(script));
  const bare = (steps: typeof script.steps) => steps.map(({ line, ...step }) => step);
  expect({ ...again, steps: bare(again.steps) }).toEqual({ ...script, steps: bare(script.steps) });
});

describe('problems', () => {
  const cases: readonly (readonly [
    text: string,
    line: number,
    column: number,
    message: RegExp,
    hint: RegExp | null,
  ])[] = [
    ['', 1, 1, /no service/, /service tcp/],
    [SETUP, 4, 1, /nothing happens/, /client/],
    ['servce tcp 10.96.0.10:80', 1, 1, /"servce"/, /service/],
    ['service tcp 10.96.0.10', 1, 13, /port/, null],
    ['service tcp 10.96.0.10:80 rrr', 1, 27, /"rrr"/, /rr/],
    [`${SETUP}sysctl net.ipv4.vs.conn_reuse_mod 1`, 4, 8, /knows no sysctl/, /conn_reuse_mode/],
    [`${SETUP}sysctl net.ipv4.vs.conntrack 2`, 4, 30, /from 0 to 1/, null],
    [`${SETUP}+0 client 10.0.1.2:40000 vip S`, 4, 26, /needs a >/, null],
    [`${SETUP}+0 client 10.0.1.2:40000 > vip X`, 4, 32, /TCP flags/, /SA/],
    [`${SETUP}+0 client 10.0.1.2:40000 > vip udp`, 4, 32, /the service is/, null],
    [`${SETUP}+0 client 10.0.1.2:40000 > 10.0.0.1:80 S`, 4, 28, /its service/, /vip/],
    [`${SETUP}+0 delete 10.0.2.9:8080`, 4, 11, /no real server/, /10\.0\.2\.[23]:8080/],
    [`${SETUP}+5 sleep 1\n3 sleep 1`, 5, 1, /before the line above/, /\+SECONDS/],
    [`${SETUP}+0 expect entry 10.0.1.2:40000 TIMEWAIT`, 4, 32, /a state of IPVS/, /time_wait/i],
    [`${SETUP}+0 sleep 1 2`, 4, 12, /one word too many/, null],
    [`${SETUP}server 10.0.2.2:8080`, 4, 8, /already/, null],
    [`${SETUP}+0 client ${'1'.repeat(2000)} > vip S`, 4, 1, /longer than/, null],
  ];
  test.each(cases)('%#: %s', (text, line, column, message, hint) => {
    const { script, problems } = parseScript(text, 'x.pkt');
    expect(script).toBeNull();
    const found = problems.find((problem) => message.test(problem.message));
    expect(found, JSON.stringify(problems)).toMatchObject({ file: 'x.pkt', line, column });
    if (hint === null) return;
    expect(found!.hint).toMatch(hint);
  });

  test('every line with one is named', () => {
    const { problems } = parseScript(`${SETUP}sysctl x 1\nsysctl y 2\n+0 nonsense\n`, 'x.pkt');
    expect(problems.map(({ line }) => line)).toEqual([4, 5, 6]);
  });
});
