import { describe, expect, it } from 'vitest';
import { conntrackLFooter } from '../../../src/report/instant/conntrack.ts';
import { VIEWS } from '../../../src/report/instant/views.ts';
import { snapshot, stats } from '../snapshot_fixture.ts';

const base = snapshot();
const service = base.services[0]!;
const dest = service.destinations[0]!;

function view(name: string, changes: Parameters<typeof snapshot>[0] = {}): string {
  return VIEWS.find((one) => one.name === name)!.render(snapshot(changes));
}

describe('ipvsadm', () => {
  it('-Ln prints what an administrator pasted into a ticket', () => {
    const services = [
      {
        ...service,
        address: '192.168.1.2',
        port: 30232,
        destinations: [{ ...dest, address: '11.0.1.9', port: 80, activeConn: 1, inActConn: 671 }],
      },
    ];
    expect(view('ipvsadm-ln', { services })).toBe(
      'IP Virtual Server version 1.2.1 (size=4096)\n' +
        'Prot LocalAddress:Port Scheduler Flags\n' +
        '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n' +
        'TCP  192.168.1.2:30232 rr\n' +
        '  -> 11.0.1.9:80                  Masq    1      1          671       \n',
    );
  });

  it('-Ln shows scheduler flags, persistence and one-packet scheduling, in this order', () => {
    const services = [
      {
        ...service,
        scheduler: 'sh',
        schedulerFlags: ['sh-port', 'sh-fallback'],
        persistent_s: 10800,
        destinations: [],
      },
      {
        ...service,
        protocol: 'udp' as const,
        onePacket: true,
        destinations: [{ ...dest, forward: 'tunnel' as const }],
      },
    ];
    expect(view('ipvsadm-ln', { services }).split('\n').slice(3)).toEqual([
      'TCP  10.96.0.1:80 sh (sh-fallback,sh-port) persistent 10800',
      'UDP  10.96.0.1:80 rr ops',
      '  -> 10.244.1.5:8080              Tunnel  1      0          14116     ',
      '',
    ]);
  });

  it('-Ln sorts as ipvsadm does, whose address comparison overflows', () => {
    const at = (address: string, port: number) => ({ ...service, address, port, destinations: [] });
    const services = [
      at('10.0.0.1', 80),
      at('192.168.0.1', 443),
      at('192.168.0.1', 80),
      at('192.168.0.0', 99),
    ];
    const listed = view('ipvsadm-ln', { services }).split('\n').slice(3, 7);
    expect(listed.map((line) => line.split(' ')[2])).toEqual([
      '192.168.0.0:99',
      '192.168.0.1:80',
      '192.168.0.1:443',
      '10.0.0.1:80',
    ]);
  });

  it('-Lnc prints minutes and seconds', () => {
    const connections = [
      {
        ...base.connections[0]!,
        client: '10.142.90.22',
        clientPort: 22178,
        virtual: '10.142.90.245',
        virtualPort: 8806,
        destination: '10.142.90.61',
        destinationPort: 8806,
        expires_s: 113,
      },
      { ...base.connections[0]!, clientPort: 0, state: 'NONE', expires_s: 10799 },
    ];
    expect(view('ipvsadm-lnc', { connections })).toBe(
      'IPVS connection entries\n' +
        'pro expire state       source             virtual            destination\n' +
        'TCP 01:53  TIME_WAIT   10.142.90.22:22178 10.142.90.245:8806 10.142.90.61:8806\n' +
        'TCP 179:59 NONE        10.0.0.1:0         10.96.0.1:80       10.244.1.5:8080\n',
    );
  });

  it('--stats prints what a published capture shows', () => {
    const services = [
      { ...service, address: '10.3.0.42', destinations: [{ ...dest, address: '10.2.1.22', port: 80 }] },
    ];
    expect(view('ipvsadm-stats', { services })).toBe(
      'IP Virtual Server version 1.2.1 (size=4096)\n' +
        'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n' +
        '  -> RemoteAddress:Port\n' +
        'TCP  10.3.0.42:80                    14209   111769    74613  7207174  8334358\n' +
        '  -> 10.2.1.22:80                        2       12        8      774      894\n',
    );
  });

  it('--stats cuts large numbers to thousands, millions and so on', () => {
    const large = stats({
      conns: 99_999_999,
      inpkts: 100_000_000,
      outpkts: 1_234_567_890,
      inbytes: 123_456_789_012,
      outbytes: 2e14,
    });
    const services = [{ ...service, stats: large, destinations: [] }];
    expect(view('ipvsadm-stats', { services }).split('\n')[3]).toBe(
      'TCP  10.96.0.1:80                 99999999  100000K    1234M     123G     200T',
    );
  });

  it('--rate does not scale the first three columns of real servers', () => {
    const rates = stats({ cps: 298, inpps: 123_456_789, outpps: 1780, inbps: 303552, outbps: 380928 });
    const services = [{ ...service, stats: rates, destinations: [{ ...dest, stats: rates }] }];
    expect(view('ipvsadm-rate', { services }).split('\n').slice(1, 5)).toEqual([
      'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS',
      '  -> RemoteAddress:Port',
      'TCP  10.96.0.1:80                      298  123456K     1780   303552   380928',
      '  -> 10.244.1.5:8080                   298 123456789     1780   303552   380928',
    ]);
  });

  it('--timeout prints three numbers', () => {
    expect(view('ipvsadm-timeout')).toBe('Timeout (tcp tcpfin udp): 900 120 300\n');
  });
});

describe('/proc/net', () => {
  it('ip_vs has hexadecimal addresses and trailing blanks', () => {
    const services = [
      { ...service, port: 0x50, destinations: [{ ...dest, address: '10.244.1.5', port: 0x1f90 }] },
    ];
    expect(view('ip_vs', { services })).toBe(
      'IP Virtual Server version 1.2.1 (size=4096)\n' +
        'Prot LocalAddress:Port Scheduler Flags\n' +
        '  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n' +
        'TCP  0A600001:0050 rr  \n' +
        '  -> 0AF40105:1F90      Masq    1      0          14116     \n',
    );
  });

  it('ip_vs prints persistence in jiffies and with its netmask', () => {
    const services = [{ ...service, persistent_s: 60, onePacket: true, destinations: [] }];
    expect(view('ip_vs', { services, hz: 250 }).split('\n')[3]).toBe(
      'TCP  0A600001:0050 rr ops  persistent 15000 FFFFFFFF',
    );
  });

  it('ip_vs keeps the order of the kernel', () => {
    const destinations = [
      { ...dest, address: '10.0.0.9' },
      { ...dest, address: '10.0.0.2' },
    ];
    const listed = view('ip_vs', { services: [{ ...service, destinations }] });
    expect(listed.indexOf('0A000009')).toBeLessThan(listed.indexOf('0A000002'));
  });

  it('ip_vs_conn prints seconds in decimal', () => {
    expect(view('ip_vs_conn')).toBe(
      'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n' +
        'TCP 0A000001 8000 0A600001 0050 0AF40105 1F90 TIME_WAIT       117\n',
    );
  });

  it('ip_vs_stats is hexadecimal', () => {
    expect(view('ip_vs_stats')).toBe(
      '   Total Incoming Outgoing         Incoming         Outgoing\n' +
        '   Conns  Packets  Packets            Bytes            Bytes\n' +
        '    BF57    4C8A3    35F11          3B2A10C          4E81200\n' +
        '\n' +
        ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n' +
        '     12A      8BE      6F4            4A1C0            5D000\n',
    );
  });
});

describe('conntrack', () => {
  it('-L prints both tuples', () => {
    const udp = {
      ...base.conntracks[0]!,
      protocol: 'udp' as const,
      state: '',
      timeout_s: 28,
      assured: false,
    };
    expect(view('conntrack-l', { conntracks: [...base.conntracks, udp] })).toBe(
      'tcp      6 116 TIME_WAIT src=10.0.0.1 dst=10.96.0.1 sport=40000 dport=80 src=10.244.1.5 dst=10.0.0.1 sport=8080 dport=40000 [ASSURED] mark=0 use=1\n' +
        'tcp      6 118 SYN_SENT src=10.0.0.1 dst=10.96.0.1 sport=40002 dport=80 [UNREPLIED] src=10.244.1.5 dst=10.0.0.1 sport=8080 dport=40002 mark=0 use=1\n' +
        'udp      17 28 src=10.0.0.1 dst=10.96.0.1 sport=40000 dport=80 src=10.244.1.5 dst=10.0.0.1 sport=8080 dport=40000 mark=0 use=1\n',
    );
  });

  it('-L says how many there were, on the other stream', () => {
    expect(conntrackLFooter(base)).toBe(
      'conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.\n',
    );
  });

  it('-S prints one line per CPU with a tab after its number', () => {
    expect(view('conntrack-s', { conntrackStats: { insert_failed: 3, found: 7 } })).toBe(
      'cpu=0   \tfound=7 invalid=0 insert=0 insert_failed=3 drop=0 early_drop=0 error=0 search_restart=0 clash_resolve=0 chaintoolong=0 \n',
    );
  });
});

describe('IPv6', () => {
  const SERVICE = { ...service, address: 'fd00:96::10' };
  const at = (address: string, port: number) => ({ ...SERVICE, address, port, destinations: [] });
  const DEST = { ...dest, address: 'fd00:244::1:5' };
  const CONN = {
    ...base.connections[0]!,
    client: '2001:db8:0:1::1',
    virtual: 'fd00:96::10',
    destination: 'fd00:244::1:5',
  };

  it('ipvsadm -Ln has brackets, and the address that overflows comes last here, too', () => {
    const far = { ...DEST, address: '2001:db8:1:2:3:4:5:6' };
    const services = [{ ...SERVICE, persistent_s: 60, persistentNetmask: 64, destinations: [far, DEST] }];
    expect(view('ipvsadm-ln', { services }).split('\n').slice(3)).toEqual([
      'TCP  [fd00:96::10]:80 rr persistent 60 mask 64',
      '  -> [fd00:244::1:5]:8080         Masq    1      0          14116     ',
      '  -> [2001:db8:1:2:3:4:5:6]:8080  Masq    1      0          14116     ',
      '',
    ]);
  });

  it('ipvsadm -Ln lists IPv4 first, and compares words from the first on', () => {
    const services = [
      at('fd00:96::10', 443),
      at('fd00:96::10', 80),
      at('fd00:96::9', 99),
      { ...service, destinations: [] },
    ];
    expect(
      view('ipvsadm-ln', { services })
        .split('\n')
        .slice(3, 7)
        .map((line) => line.split(' ')[2]),
    ).toEqual(['10.96.0.1:80', '[fd00:96::9]:99', '[fd00:96::10]:80', '[fd00:96::10]:443']);
  });

  it('ipvsadm -Ln --stats and --rate fill up to the same columns', () => {
    const services = [{ ...SERVICE, destinations: [{ ...DEST, port: 80 }] }];
    for (const name of ['ipvsadm-stats', 'ipvsadm-rate']) {
      const [line, under] = view(name, { services }).split('\n').slice(3, 5);
      expect(line!.slice(0, 33)).toBe('TCP  [fd00:96::10]:80            ');
      expect(under!.slice(0, 33)).toBe('  -> [fd00:244::1:5]:80          ');
    }
  });

  it('ipvsadm -Lnc keeps its columns as long as addresses let it', () => {
    const short = { ...CONN, client: 'fd00::1', clientPort: 40000 };
    expect(
      view('ipvsadm-lnc', { connections: [short, CONN] })
        .split('\n')
        .slice(2),
    ).toEqual([
      'TCP 01:57  TIME_WAIT   [fd00::1]:40000    [fd00:96::10]:80   [fd00:244::1:5]:8080',
      'TCP 01:57  TIME_WAIT   [2001:db8:0:1::1]:32768 [fd00:96::10]:80   [fd00:244::1:5]:8080',
      '',
    ]);
  });

  it('/proc/net/ip_vs writes eight groups of four digits, one blank where IPv4 has two, and no "ops"', () => {
    const services = [
      { ...SERVICE, destinations: [DEST] },
      { ...SERVICE, protocol: 'udp' as const, port: 53, onePacket: true, persistent_s: 60, destinations: [] },
      { ...SERVICE, persistent_s: 60, persistentNetmask: 64, destinations: [] },
    ];
    const listed = view('ip_vs', { services, hz: 250 }).split('\n').slice(3);
    expect(listed).toEqual([
      'TCP  [fd00:0096:0000:0000:0000:0000:0000:0010]:0050 rr ',
      '  -> [fd00:0244:0000:0000:0000:0000:0001:0005]:1F90      Masq    1      0          14116     ',
      // The length of the prefix, 128 and 64, whose bytes are turned round.
      'UDP  [fd00:0096:0000:0000:0000:0000:0000:0010]:0035 rr persistent 15000 80000000',
      'TCP  [fd00:0096:0000:0000:0000:0000:0000:0010]:0050 rr persistent 15000 40000000',
      '',
    ]);
  });

  it('/proc/net/ip_vs_conn has the groups without brackets', () => {
    expect(view('ip_vs_conn', { connections: [CONN] }).split('\n')[1]).toBe(
      'TCP 2001:0db8:0000:0001:0000:0000:0000:0001 8000 fd00:0096:0000:0000:0000:0000:0000:0010 0050 ' +
        'fd00:0244:0000:0000:0000:0000:0001:0005 1F90 TIME_WAIT       117',
    );
  });

  it('a mark is named with its family by ipvsadm, and by /proc without', () => {
    const marked = { ...SERVICE, protocol: 'fwm' as const, fwmark: 258, port: 0, persistent_s: 60 };
    const four = { ...marked, address: '0.0.1.2', destinations: [] };
    const six = { ...marked, address: '0:102::', persistentNetmask: 64, destinations: [] };
    expect(
      view('ipvsadm-ln', { services: [six, four] })
        .split('\n')
        .slice(3, 5),
    ).toEqual(['FWM  258 rr persistent 60', 'FWM  258 IPv6 rr persistent 60 mask 64']);
    expect(
      view('ip_vs', { services: [four, six], hz: 250 })
        .split('\n')
        .slice(3, 5),
    ).toEqual(['FWM  00000102 rr persistent 15000 FFFFFFFF', 'FWM  00000102 rr persistent 15000 40000000']);
  });

  it('conntrack -L writes addresses without brackets, for its ports are words of their own', () => {
    const flow = {
      ...base.conntracks[0]!,
      original: {
        source: '2001:db8:0:1::1',
        sourcePort: 40000,
        destination: 'fd00:96::10',
        destinationPort: 80,
      },
      reply: { source: 'fd00:244::1:5', sourcePort: 8080, destination: 'fd00:18::2', destinationPort: 1024 },
    };
    expect(view('conntrack-l', { conntracks: [flow] })).toBe(
      'tcp      6 116 TIME_WAIT src=2001:db8:0:1::1 dst=fd00:96::10 sport=40000 dport=80 ' +
        'src=fd00:244::1:5 dst=fd00:18::2 sport=8080 dport=1024 [ASSURED] mark=0 use=1\n',
    );
  });
});

describe('the list', () => {
  it('has every view under its own name', () => {
    expect(new Set(VIEWS.map(({ name }) => name)).size).toBe(VIEWS.length);
  });

  it('renders an empty director', () => {
    const empty = snapshot({ services: [], connections: [], conntracks: [], conntrackStats: {} });
    for (const one of VIEWS) expect(() => one.render(empty), one.name).not.toThrow();
  });
});
