import { expect, test } from 'vitest';
import { readFrame } from '../../src/oracle/frame_bytes.ts';
import { GuestFailure, readGuestLog } from '../../src/oracle/guest_log.ts';
import { guestPlan } from '../../src/oracle/guest_plan.ts';
import { connectionRows, conntrackRows, realServerRows } from '../../src/oracle/proc_tables.ts';
import { parseScript } from '../../src/script/parse_script.ts';
import { planOf } from '../../src/script/plan.ts';

/** As a kernel 6.1 printed them. */
const IP_VS_CONN = [
  'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData',
  'TCP 0A000102 9C40 0A60000A 0050 0A000202 1F90 SYN_RECV         59',
];
const IP_VS = [
  'IP Virtual Server version 1.2.1 (size=4096)',
  'Prot LocalAddress:Port Scheduler Flags',
  '  -> RemoteAddress:Port Forward Weight ActiveConn InActConn',
  'TCP  0A60000A:0050 rr  ',
  '  -> 0A000202:1F90      Masq    1      1          0         ',
];
const NF_CONNTRACK = [
  'ipv4     2 tcp      6 119 SYN_SENT src=10.0.1.2 dst=10.96.0.10 sport=40000 dport=80 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=8080 dport=40000 mark=0 zone=0 use=2',
  'ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.1.3 dst=10.96.0.10 sport=40001 dport=80 src=10.0.2.2 dst=10.0.1.3 sport=8080 dport=40001 [ASSURED] mark=0 zone=0 use=2',
  'ipv4     2 udp      17 29 src=10.0.1.2 dst=10.96.0.10 sport=5000 dport=53 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=53 dport=5000 mark=0 zone=0 use=2',
];
const FRAME =
  's 020000020202020000000201080045000028000040003f0624cd0a0001020a0002029c401f9000000001000000005002fa00e30c0000';

test('the tables of /proc', () => {
  expect(connectionRows(IP_VS_CONN)).toEqual([
    ['TCP', '10.0.1.2:40000', '10.96.0.10:80', '10.0.2.2:8080', 'SYN_RECV', 59],
  ]);
  expect(realServerRows(IP_VS)).toEqual({ '10.0.2.2:8080': [1, 1, 0] });
  expect(conntrackRows(NF_CONNTRACK)).toEqual([
    ['tcp', '10.0.1.2:40000', '10.96.0.10:80', '10.0.2.2:8080', '10.0.1.2:40000', 'SYN_SENT', 119, 'U'],
    ['tcp', '10.0.1.3:40001', '10.96.0.10:80', '10.0.2.2:8080', '10.0.1.3:40001', 'ESTABLISHED', 431999, 'A'],
    ['udp', '10.0.1.2:5000', '10.96.0.10:53', '10.0.2.2:53', '10.0.1.2:5000', '', 29, 'U'],
  ]);
});

test('frames; what is no packet of the script is left out', () => {
  expect(readFrame(FRAME)).toEqual({
    to: 'server',
    src: '10.0.1.2:40000',
    dst: '10.0.2.2:8080',
    flags: 'S',
    rs: '0.2.2.2',
  });
  expect(readFrame(`c ${'ff'.repeat(12)}0806${'00'.repeat(28)}`)).toBeNull();
  expect(readFrame('c')).toBeNull();
});

const { script } = parseScript(
  'service tcp 10.96.0.10:80\nserver 10.0.2.2:8080\n+0 client 10.0.1.2:40000 > vip S\n+1 weight 10.0.2.2 0\n',
  'x',
);
const plan = planOf(script!);
const guest = guestPlan(plan);

test('a plan for the guest holds the frame with its checksums, and the commands', () => {
  expect(guest.text).toContain('send c 02ff000001010201000000010800450000280001400040');
  expect(guest.text).toContain('setup ipvsadm -A -t 10.96.0.10:80 -s rr');
  expect(guest.text).toContain('run ipvsadm -e -t 10.96.0.10:80 -r 10.0.2.2:8080 -m -w 0');
});

const logged = (tables: boolean) =>
  [
    'step 0',
    'begin 1009.99 4294937397',
    'end 1010.02 4294937397',
    `frame ${FRAME}`,
    'seen 1011.3',
    ...(tables
      ? [
          'table ip_vs_conn',
          ...IP_VS_CONN.map((line) => `| ${line}`),
          'table ip_vs',
          ...IP_VS.map((line) => `| ${line}`),
          'table nf_conntrack',
        ]
      : []),
    'step 1',
    'seen 2010',
    'table ip_vs',
    'step 2',
    'begin 2015 4294937497',
    'seen 2061',
    'table ip_vs',
  ].join('\n');

test('a log becomes a recording; the clock is that of the jiffies', () => {
  const { recording, earlier_ms } = readGuestLog(logged(true), guest, plan.header, '6.1.176', 100);
  expect(recording.header).toMatchObject({ kernel: '6.1.176', hz: 100, vip: '10.96.0.10:80' });
  expect(recording.steps.map(({ op, at, seen }) => [op, at, seen])).toEqual([
    // 4294937397 is the jiffy from 1010 ms on, whatever the clock said.
    ['client', 1010.02, 1011.3],
    ['sleep', 2010, 2010],
    ['weight', 2015, 2061],
  ]);
  expect(recording.steps[0]!.rs).toEqual({ '10.0.2.2:8080': [1, 1, 0] });
  expect([...earlier_ms]).toEqual([]);
  const late = logged(true).replace('end 1010.02 4294937397', 'end 1020.01 4294937398');
  const { earlier_ms: doubtful } = readGuestLog(late, guest, plan.header, '6.1.176', 100);
  // 4294937397 began at 1010 ms.
  expect([...doubtful]).toEqual([[1, 1010.001]]);
});

test('a log that stops half-way, or tells of a refusal, is no recording', () => {
  const read = (log: string) => () => readGuestLog(log, guest, plan.header, '6.1.176', 100);
  expect(read('step 0\nseen 3\ntable ip_vs\n')).toThrow(GuestFailure);
  expect(read(`${logged(true)}\nfailed ipvsadm -e: No such destination`)).toThrow(/No such destination/);
});
