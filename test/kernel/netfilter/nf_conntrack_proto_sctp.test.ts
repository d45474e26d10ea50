/** What recordings of SCTP do not show: tags that do not fit, and packets that begin nothing. */
import { describe, expect, test } from 'vitest';
import { Lab } from '../../../src/conform/lab.ts';
import type { RecordingHeader, Step } from '../../../src/conform/recording.ts';

const CLIENT = '10.0.1.2:40004';
const SERVER = '10.0.2.2:8080';

function laboratory(kernel: string, sysctl: Record<string, number> = {}) {
  const header: RecordingHeader = {
    kernel,
    hz: 100,
    forward: 'masq',
    sysctl: { 'net.ipv4.vs.conntrack': 1, ...sysctl },
    realServers: [{ addr: SERVER, weight: 1 }],
    path: 'ipvs',
    family: 4,
    masquerade: 'none',
    services: [{ vip: '10.96.0.10:80', protocol: 'sctp', scheduler: 'rr' }],
    directorAddresses: { clientSide: null, serverSide: '10.0.2.1' },
    natRules: false,
  };
  const lab = new Lab({ header });
  let at = 1000;
  const run = (op: 'client' | 'server', sctp: string, vtag: number, itag = 0) => {
    at += 10;
    const ends = op === 'client' ? { src: CLIENT, dst: '10.96.0.10:80' } : { src: SERVER, dst: CLIENT };
    const step: Step = { op, at, seen: at + 1, sctp, vtag, itag, out: [], ...ends };
    const { frames, state } = lab.run(step, 1, undefined, (at + 2) * 1e6);
    const [ct] = state.ct;
    return {
      passed: frames.length === 1 && frames[0]!.icmp === undefined,
      ipvs: state.ipvs[0]?.[4],
      ct: ct === undefined ? undefined : `${ct[5]} ${ct[6]} ${ct[7]}`.trim(),
    };
  };
  return { run, wait: (seconds: number) => void (at += seconds * 1000) };
}

/** Four packets; the client's tag is 7, the server's 9. */
function associate({ run }: ReturnType<typeof laboratory>) {
  run('client', 'INIT', 0, 7);
  run('server', 'INIT-ACK', 7, 9);
  run('client', 'COOKIE-ECHO', 9);
  return run('server', 'COOKIE-ACK', 7);
}

function close({ run }: ReturnType<typeof laboratory>) {
  run('server', 'SHUTDOWN', 7);
  run('client', 'SHUTDOWN-ACK', 9);
  return run('server', 'SHUTDOWN-COMPLETE', 7);
}

describe.each([
  ['5.4', 432_000],
  ['6.1', 210],
])('on %s', (kernel, established_s) => {
  test('an association is established and assured', () => {
    expect(associate(laboratory(kernel))).toEqual({
      passed: true,
      ipvs: 'ESTABLISHED',
      ct: `ESTABLISHED ${established_s} A`,
    });
  });

  test('an INIT on a closed one is dropped while its conntrack lasts, whatever the kernel', () => {
    const lab = laboratory(kernel);
    associate(lab);
    expect(close(lab)).toMatchObject({ ipvs: 'CLOSED' });
    expect(lab.run('client', 'INIT', 0, 11)).toMatchObject({ passed: false });
  });

  test('with conn_reuse_mode 0 it goes to the old real server', () => {
    const lab = laboratory(kernel, { 'net.ipv4.vs.conn_reuse_mode': 0 });
    associate(lab);
    close(lab);
    expect(lab.run('client', 'INIT', 0, 11)).toMatchObject({ passed: true, ipvs: 'INIT' });
  });

  test.each(['DATA', 'COOKIE-ECHO', 'ABORT'])('%s with another tag is INVALID', (chunk) => {
    const lab = laboratory(kernel);
    associate(lab);
    const before = lab.run('client', 'DATA', 9).ct;
    lab.wait(5);
    const after = lab.run('client', chunk, 77).ct;
    // Nothing has renewed its timeout.
    expect(after?.split(' ')[0]).toBe('ESTABLISHED');
    expect(Number(after?.split(' ')[1])).toBeLessThanOrEqual(Number(before?.split(' ')[1]) - 5);
  });

  test('an ABORT that belongs to nothing begins nothing', () => {
    expect(laboratory(kernel).run('client', 'ABORT', 5)).toEqual({
      passed: false,
      ipvs: undefined,
      ct: undefined,
    });
  });
});

test('a heartbeat with another tag, once answered with another, makes both tags new from 6.1 on', () => {
  const lab = laboratory('6.1');
  associate(lab);
  lab.run('client', 'HEARTBEAT', 99);
  lab.run('server', 'HEARTBEAT-ACK', 77);
  lab.wait(5);
  // The client's tag is the new one: its data renews the timeout again.
  expect(lab.run('server', 'DATA', 77).ct).toBe('ESTABLISHED 210 A');
});
