/** What people paste of troubles that were published, in made-up addresses: the verdict, and where none can be given. */
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { Seen } from '../../src/diagnose/seen.ts';
import { recognise } from '../../src/evidence/recognise.ts';

const factsOf = (text: string) => recognise(text, 'a').recognised.flatMap(({ facts }) => facts);
const diagnosisOf = (text: string) => diagnose(factsOf(text));
const judgementOf = (name: string, text: string) =>
  diagnosisOf(text).judgements.find((judgement) => judgement.name === name)!;
const rows = (
  ...each: readonly (readonly [server: string, weight: number, active: number, inactive: number])[]
) =>
  each
    .map((row) => row.join(' ').replace(' ', '  Masq  '))
    .map((row) => `  -> ${row}`)
    .join('\n');

describe('a service without real servers', () => {
  test('is not one whose rows grep left out', () => {
    const { verdict, judgements } = diagnosisOf('# ipvsadm -Ln | grep 10.96.7.1\nTCP  10.96.7.1:5432 rr');
    expect(verdict).toBe('unknown');
    expect(judgements.find(({ name }) => name === 'no-endpoints')).toMatchObject({
      certainty: 'no sign of it',
      missing: [{ command: 'ipvsadm -Ln -t 10.96.7.1:5432' }],
    });
  });

  test('nor one whose rows have thresholds', () => {
    const text =
      'Prot LocalAddress:Port Uthreshold Lthreshold ActiveConn InActConn\nTCP  192.0.2.9:80 wlc\n  -> 10.1.1.2:80 9 8 7 6';
    expect(diagnosisOf(text).verdict).toBe('unknown');
  });

  test('at one node, and not at another', () => {
    const text = `root@a:~# ipvsadm -Ln\nTCP  192.0.2.9:80 rr\n${rows(['10.1.1.2:80', 1, 2, 0])}\nroot@b:~# ipvsadm -Ln\nTCP  192.0.2.9:80 rr`;
    const { certainty, observations } = judgementOf('no-endpoints', text);
    expect(certainty).toBe('possible');
    expect(observations[0]!.text).toBe(
      'tcp 192.0.2.9:80 has no real server with a weight at b, and has at another node',
    );
  });

  test('is the one that the kernel complains of', () => {
    const text = `[1.5] IPVS: rr: TCP 10.96.7.1:443 - no destination available\n# ipvsadm -Ln\nTCP  10.96.7.1:443 rr\n${rows(['10.1.1.2:8443', 0, 0, 0])}\nTCP  10.96.0.1:443 rr\n${rows(['10.1.1.3:6443', 1, 4, 0])}`;
    expect(judgementOf('no-endpoints', text).certainty).toBe('very likely');
    expect(judgementOf('no-endpoints', text.replace('10.96.7.1:443 -', '10.96.9.9:443 -')).certainty).toBe(
      'possible',
    );
    expect(judgementOf('no-endpoints', text.split('\n')[0]!).certainty).toBe('possible');
  });
});

describe('a deleted real server', () => {
  const ENTRIES = 'TCP 14:20  ESTABLISHED 10.0.0.9:41204   10.96.7.1:5432    10.1.1.4:5432';
  const TABLE = `TCP  10.96.7.1:5432 rr\n${rows(['10.1.1.2:5432', 1, 3, 0])}`;
  const EXPIRE = '# sysctl net.ipv4.vs.expire_nodest_conn\nnet.ipv4.vs.expire_nodest_conn = 0';

  test('is not one that grep left out', () => {
    const text = (command: string) => `# ${command}\n${TABLE}\n# ipvsadm -Lnc\n${ENTRIES}\n${EXPIRE}`;
    expect(judgementOf('deleted-server', text('ipvsadm -Ln')).certainty).toBe('very likely');
    expect(judgementOf('deleted-server', text('ipvsadm -Ln | grep -A1 10.96')).certainty).toBe('possible');
  });

  test('is not excluded by some of the entries', () => {
    const entries = ENTRIES.replace('10.1.1.4', '10.1.1.2');
    const text = (heading: string) => `# ipvsadm -Ln\n${TABLE}\n# ipvsadm -Lnc\n${heading}${entries}`;
    expect(judgementOf('deleted-server', text('IPVS connection entries\n')).certainty).toBe('excluded');
    expect(judgementOf('deleted-server', text('')).certainty).toBe('no sign of it');
  });
});

describe('a real server that is being removed', () => {
  const TABLE = `# ipvsadm -Ln\nTCP  10.96.7.1:80 rr\n${rows(
    ['10.1.1.2:80', 0, 53, 4211],
    ['10.1.1.3:80', 1, 0, 3390],
  )}\n`;
  const settings = (mode: number, expire: number, kernel: string) =>
    `net.ipv4.vs.conn_reuse_mode = ${mode}\nnet.ipv4.vs.expire_nodest_conn = ${expire}\nkernel.osrelease = ${kernel}\n`;
  const OLD = settings(0, 1, '5.4.0-42-generic');

  test('gets connections because their ports come back', () => {
    const { verdict, judgements } = diagnosisOf(TABLE + OLD);
    expect(verdict).toBe('found');
    expect(judgements[0]).toMatchObject({ name: 'removed-server', certainty: 'likely' });
    const error = 'curl: (7) Failed to connect to 10.96.7.1 port 80: No route to host';
    expect(judgementOf('removed-server', `${TABLE}${OLD}$ curl x\n${error}`).certainty).toBe('very likely');
    const elsewhere = error.replace('10.96.7.1', '10.9.9.9');
    expect(judgementOf('removed-server', `${TABLE}${OLD}$ curl x\n${elsewhere}`).certainty).toBe('likely');
  });

  test.each([
    ['conn_reuse_mode 1', settings(1, 1, '5.4.0-42-generic'), 'excluded'],
    ['a kernel that looks at the weight', settings(0, 1, '5.10.0-36-amd64'), 'excluded'],
    ['such a kernel that is told not to', settings(0, 0, '5.10.0-36-amd64'), 'likely'],
  ])('%s', (_, text, certainty) => {
    expect(judgementOf('removed-server', TABLE + text).certainty).toBe(certainty);
  });

  test('and lets those that it has go on, which is no trouble', () => {
    const quiet = TABLE.replace('53 4211', '3 0');
    expect(judgementOf('removed-server', quiet + OLD).certainty).toBe('no sign of it');
    const lasting = TABLE.replace('53 4211', '900 0');
    expect(judgementOf('removed-server', lasting + OLD).certainty).toBe('possible');
  });
});

describe('tuples that are taken', () => {
  const stats = (drop: number) =>
    `cpu=0 found=8 invalid=3 insert=0 insert_failed=3541 drop=${drop} early_drop=0`;

  test('are no full table', () => {
    expect(judgementOf('conntrack-full', stats(3541)).certainty).toBe('no sign of it');
    expect(judgementOf('conntrack-clash', stats(3541)).certainty).toBe('possible');
    expect(judgementOf('conntrack-full', stats(3600)).observations[0]!.text).toBe(
      'conntrack dropped 59 packets',
    );
  });

  test('are likely by no counter since the start', () => {
    const dns = `# ipvsadm -Ln\nUDP  10.96.0.10:53 rr\n${rows(['10.1.1.2:53', 1, 0, 90])}\n# conntrack -S\n`;
    expect(judgementOf('conntrack-clash', dns + stats(3541)).certainty).toBe('possible');
    expect(judgementOf('conntrack-clash', `${dns}cpu=0 insert_failed=0 drop=0`).certainty).not.toBe(
      'possible',
    );
  });
});

test('a kernel that the model does not know is named, and not asked for again', () => {
  const facts = factsOf('Linux lb1 2.6.32-754.el6.x86_64 #1 SMP Tue Jun 19 2018 x86_64 GNU/Linux');
  expect(new Seen(facts).unreadKernels).toMatchObject([{ at: { line: 1 } }]);
  const missing = diagnose(facts).judgements.flatMap((judgement) => judgement.missing);
  expect(missing.map(({ command }) => command)).not.toContain('uname -a');
});

describe('answers that do not come back', () => {
  const opening = (server: string, port: number) =>
    `TCP 00:5${port % 10}  SYN_RECV    10.96.0.1:${port}   10.96.0.1:443     ${server}:6443`;
  const ENTRIES = [1, 2, 3].flatMap((host) =>
    [1, 2].map((each) => opening(`10.1.1.${host}`, 4000 + 2 * host + each)),
  );
  const TABLE = `# ipvsadm -Ln\nTCP  10.96.0.1:443 rr\n${rows(['10.1.1.1:6443', 1, 2, 0], ['10.1.1.2:6443', 1, 2, 0], ['10.1.1.3:6443', 1, 2, 0])}\n`;

  test('leave every entry in SYN_RECV', () => {
    const { certainty, observations } = judgementOf(
      'answers-past',
      `${TABLE}# ipvsadm -Lnc\n${ENTRIES.join('\n')}`,
    );
    expect(certainty).toBe('possible');
    expect(observations[0]!.text).toMatch(
      /^all 6 entries of 10\.96\.0\.1:443 are in SYN_RECV, at 3 real servers/u,
    );
    const some = ENTRIES.with(0, ENTRIES[0]!.replace('SYN_RECV   ', 'ESTABLISHED'));
    expect(judgementOf('answers-past', `${TABLE}# ipvsadm -Lnc\n${some.join('\n')}`).certainty).toBe(
      'no sign of it',
    );
  });

  test('leave OutPkts at 0, where they ought to pass', () => {
    const stats = (out: number) =>
      `# ipvsadm -Ln --stats\nProt LocalAddress:Port  Conns  InPkts  OutPkts  InBytes OutBytes\nTCP  10.96.0.1:443  120 480 0 28800 0\n  -> 10.1.1.1:6443  60 240 0 14400 0\n  -> 10.1.1.2:6443  60 240 ${out} 14400 0\n`;
    expect(judgementOf('answers-past', TABLE + stats(0)).certainty).toBe('possible');
    expect(judgementOf('answers-past', TABLE.replaceAll('Masq', 'Route') + stats(0)).certainty).toBe(
      'no sign of it',
    );
    expect(judgementOf('answers-past', TABLE + stats(200)).certainty).toBe('no sign of it');
    const [first] = judgementOf('dead-server', TABLE + stats(200)).observations;
    expect(first!.text).toBe(
      '10.1.1.1:6443 got 240 packets and sent none back through the node, and others did',
    );
  });
});

test('a few connects tell nothing for sure, and are no sign against it', () => {
  const text = `TCP  10.96.7.1:80 rr\n${rows(['10.1.1.2:80', 1, 2, 0], ['10.1.1.3:80', 1, 0, 2])}
TCP 14:59  ESTABLISHED 10.0.0.9:59622 10.96.7.1:80   10.1.1.2:80
TCP 00:57  SYN_RECV    10.0.0.9:59623 10.96.7.1:80   10.1.1.3:80
TCP 00:57  SYN_RECV    10.0.0.9:59621 10.96.7.1:80   10.1.1.3:80`;
  expect(judgementOf('dead-server', text)).toMatchObject({ certainty: 'possible', missing: [{}] });
});

test('a full table of neighbours hides real servers', () => {
  expect(judgementOf('dead-server', '[8.1] neighbour: arp_cache: neighbor table overflow!').certainty).toBe(
    'possible',
  );
});

describe('some rows of the entries', () => {
  const SETTINGS =
    'net.ipv4.vs.conn_reuse_mode = 1\nnet.ipv4.vs.conntrack = 1\nkernel.osrelease = 4.18.0-305.el8.x86_64\n';
  const table = (inactive: number) =>
    `TCP  10.96.7.1:80 rr\n${rows(['10.1.1.2:80', 1, 0, inactive], ['10.1.1.3:80', 1, 0, inactive])}\n`;
  const ENTRIES =
    'IPVS connection entries\nTCP 01:58  TIME_WAIT   10.0.0.9:41200   10.96.7.1:80    10.1.1.2:80\nTCP 01:58  TIME_WAIT   10.0.0.9:41202   10.96.7.1:80    10.1.1.3:80';

  test('are not taken for all of them', () => {
    const { verdict, judgements } = diagnosisOf(SETTINGS + table(13_990) + ENTRIES);
    expect(verdict).toBe('found');
    expect(judgements[0]!.name).toBe('port-reuse');
    expect(judgements.find(({ name }) => name === 'deleted-server')!.certainty).toBe('no sign of it');
  });

  test('where the table counts as few they are', () => {
    expect(diagnosisOf(SETTINGS + table(1) + ENTRIES).verdict).toBe('unknown');
    expect(judgementOf('deleted-server', SETTINGS + table(1) + ENTRIES).certainty).toBe('excluded');
  });
});
