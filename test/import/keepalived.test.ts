/** The virtual servers of a keepalived.conf, as its manual writes them. */
import { describe, expect, test } from 'vitest';
import { isKeepalived, readKeepalived } from '../../src/import/keepalived.ts';
import { scenarioFrom } from '../../src/import/scenario_yaml.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

const CONFIG = `! Configuration File for keepalived
global_defs {
   router_id LVS_1
}
vrrp_instance VI_1 {
    state MASTER
    authentication {
        auth_type PASS
        auth_pass 1111   # not for others
    }
}
include /etc/keepalived/conf.d/*.conf
virtual_server_group WEB {
    10.96.0.20 80
    10.96.0.21 80
    10.96.0.30-40 80
}
virtual_server 10.96.0.10 443
{
    delay_loop 6
    lb_algo rr
    lb_kind NAT
    persistence_timeout 50
    protocol TCP
    quorum 1
    real_server 10.1.0.5 8443 {
        weight 3
        uthreshold 100
        TCP_CHECK {
            connect_timeout 3
        }
    }
    real_server 10.1.0.6 8443 { weight 0
    }
    sorry_server 127.0.0.1 80
    persistence_granularity 255.255.255.0
}
virtual_server group WEB {
    lvs_sched sh
    lvs_method DR
    real_server 10.1.0.7 80 { }
}
virtual_server 10.96.0.10 53 {
    protocol UDP
    ops
}
virtual_server fwmark 5 {
    lb_algo wlc
}
`;

test('a virtual server of SCTP is imported, one of a protocol that IPVS has not is named', () => {
  const of = (protocol: string) =>
    readKeepalived(`virtual_server 10.96.0.38 3868 {\n    protocol ${protocol}\n}\n`);
  expect(of('SCTP').services).toMatchObject([{ protocol: 'sctp', address: '10.96.0.38:3868' }]);
  expect(of('DCCP')).toMatchObject({
    services: [],
    ignored: [expect.stringContaining('DCCP cannot be imported')],
  });
});

describe('keepalived.conf', () => {
  const { services, ignored } = readKeepalived(CONFIG);

  test('is known by its blocks', () => {
    expect(isKeepalived(CONFIG)).toBe(true);
    expect(isKeepalived('TCP  10.96.0.10:80 rr\n')).toBe(false);
  });

  test('virtual servers in order, with their real servers', () => {
    expect(services).toMatchObject([
      {
        protocol: 'tcp',
        address: '10.96.0.10:443',
        scheduler: 'rr',
        forward: 'masq',
        persistent_s: 50,
        realServers: [
          { address: '10.1.0.5:8443', weight: 3, upperThreshold: 100 },
          { address: '10.1.0.6:8443', weight: 0 },
        ],
      },
      {
        address: '10.96.0.20:80',
        scheduler: 'sh',
        forward: 'route',
        realServers: [{ address: '10.1.0.7:80' }],
      },
      { address: '10.96.0.21:80' },
      { protocol: 'udp', address: '10.96.0.10:53', scheduler: 'wlc', onePacket: true, realServers: [] },
      { address: 'FWM 5', mark: 5, scheduler: 'wlc', realServers: [] },
    ]);
  });

  test('names what has no place, and opens no other file', () => {
    expect(ignored).toEqual([
      'line 12: include /etc/keepalived/conf.d/*.conf: not opened; hand in that file, too',
      'line 35: sorry_server 127.0.0.1 80: takes over only when no real server is up; it is on the director itself, which is not modelled',
      'line 16: 10.96.0.30-40 80 of group WEB: give single addresses',
    ]);
  });

  test.each([
    ['virtual_server 10.96.0.10 80 {', 'the file ends inside a block'],
    ['virtual_server 10.96.0.10 80 { }\n}', 'line 2: a brace that closes nothing'],
    ['a {\n'.repeat(100), 'line 9: blocks nest deeper than 8'],
    ['virtual_server web 80 { }', 'line 1: virtual_server web:80'],
    ['virtual_server group NONE { }', 'line 1: there is no virtual_server_group NONE'],
  ])('%j says what is wrong', (text, message) => {
    expect(readKeepalived(text).ignored.join('\n')).toContain(message);
  });
});

describe('IPv6', () => {
  const table = readKeepalived(`virtual_server FD00:96::0:10 443 {
    lb_algo rr
    persistence_timeout 50
    persistence_granularity 64
    delay_loop 6
    real_server fd00:1::5 8443 { TCP_CHECK { connect_timeout 3 } }
    real_server fd00:1::6 8443 { TCP_CHECK { connect_timeout 3 } }
}
virtual_server_group WEB {
    fd00:96::20 80
    fd00:96::30-40 80
}
virtual_server group WEB { real_server fd00:1::7 80 { } }
`);

  test('addresses are in the form of scenarios, ranges are named', () => {
    expect(table.services).toMatchObject([
      {
        address: '[fd00:96::10]:443',
        persistentNetmask: '64',
        realServers: [{ address: '[fd00:1::5]:8443' }, { address: '[fd00:1::6]:8443' }],
      },
      { address: '[fd00:96::20]:80', realServers: [{ address: '[fd00:1::7]:80' }] },
    ]);
    expect(table.ignored).toEqual(['line 11: fd00:96::30-40 80 of group WEB: give single addresses']);
  });

  test('a scenario of them can be read, with a real server that fails', () => {
    const sysctls = { values: new Map<string, string>(), ignored: [] };
    const failures = [{ address: '[fd00:1::5]:8443', at_s: 30 }];
    const { yaml } = scenarioFrom({ table, sysctls, failures, schema: '' })!;
    const { scenario, problems } = parseScenario(yaml);
    expect(problems).toEqual([]);
    expect(scenario!.services[0]).toMatchObject({ address: '[fd00:96::10]:443', persistentNetmask: 64 });
    expect(scenario!.events.map(({ action }) => action)).toMatchObject([
      { kind: 'unplug', address: 'fd00:1::5' },
      { kind: 'delete', realServer: '[fd00:1::5]:8443' },
    ]);
  });
});

describe('what keepalived tells IPVS besides', () => {
  const server = (inside: string, around = '') =>
    readKeepalived(`${around}\nvirtual_server 10.96.0.10 80 {\n${inside}\nreal_server 10.1.0.5 80 { }\n}\n`);

  test('timeouts are sysctls, by the names that scenarios have for them', () => {
    const table = server('', 'global_defs {\nlvs_sync_daemon eth0 VI_1\nlvs_timeouts tcp 7200 tcpfin 60\n}');
    expect(table.sysctls).toEqual(
      new Map([
        ['net.ipv4.vs.timeout.tcp', '7200'],
        ['net.ipv4.vs.timeout.tcpfin', '60'],
      ]),
    );
    expect(table.ignored).toEqual([expect.stringContaining('line 2: lvs_sync_daemon: not modelled')]);
    const { yaml } = scenarioFrom({ table, sysctls: { values: new Map(), ignored: [] }, schema: '' })!;
    expect(yaml).toContain('  net.ipv4.vs.timeout.tcp: 7200\n');
  });

  test('timeouts without a sync daemon are in doubt, odd ones named', () => {
    const { sysctls, ignored } = server('', 'global_defs {\nlvs_timeouts udp 30 icmp 5\n}');
    expect([...(sysctls ?? [])]).toEqual([['net.ipv4.vs.timeout.udp', '30']]);
    expect(ignored).toEqual(['line 2: lvs_timeouts icmp 5', expect.stringContaining('does not set them')]);
  });

  test.each([
    ['lb_algo sh\nsh-port\nsh-fallback', ['sh-port', 'sh-fallback']],
    ['lb_algo mh\nflag-1\nmh-port', ['mh-fallback', 'mh-port']],
    ['flag-2\nlb_algo mh', ['mh-port']],
    ['lb_algo rr\nflag-1', []],
    ['mh-port\nlb_algo mh', []],
  ])('%j has the flags %j', (inside, flags) => {
    expect(server(inside).services[0]!.schedulerFlags).toEqual(flags);
  });

  test('a flag of a scheduler that is not named before it does nothing, and that is said', () => {
    expect(server('sh-port\nlb_algo sh').ignored).toEqual([
      expect.stringContaining('line 3: sh-port: keepalived'),
    ]);
  });

  test('protocols in small letters, the weight of all, and a netmask that makes affinity', () => {
    const { services, ignored } = server('protocol udp\nweight 5\npersistence_granularity 255.255.255.0');
    expect(services).toMatchObject([
      {
        protocol: 'udp',
        persistent_s: 360,
        persistentNetmask: '255.255.255.0',
        realServers: [{ weight: 5 }],
      },
    ]);
    expect(ignored).toEqual([]);
  });

  test('a way of forwarding that is none, and tunnels of another kind, are named', () => {
    expect(server('lb_kind dr').ignored).toEqual(['line 3: lb_kind dr: one of NAT, DR and TUN']);
    expect(server('lvs_method TUN type ipip').ignored).toEqual([]);
    expect(server('lvs_method TUN type gue port 6080').ignored).toEqual([
      'line 3: lvs_method TUN type gue port 6080: tunnels are IP-in-IP',
    ]);
  });
});

describe('a sorry server takes over', () => {
  const events = (quorum: string, ...fails: readonly string[]): string[] => {
    const servers = ['10.1.0.5', '10.1.0.6'].map(
      (address) => `real_server ${address} 80 {\nTCP_CHECK {\nconnect_timeout 3\n}\n}`,
    );
    const table = readKeepalived(
      `virtual_server 10.96.0.10 80 {\ndelay_loop 6\nweight 5\n${quorum}\nsorry_server 10.1.0.9 80\n${servers.join('\n')}\n}\n`,
    );
    const failures = fails.map((address, index) => ({ address, at_s: 30 + index }));
    const { yaml } = scenarioFrom({
      table,
      sysctls: { values: new Map(), ignored: [] },
      failures,
      schema: '',
    })!;
    const { scenario, problems } = parseScenario(yaml, {});
    expect(problems).toEqual([]);
    return scenario!.events.flatMap(({ at_ns, action }) =>
      action.kind === 'add'
        ? [`${at_ns / 1e9} add ${action.realServer.address}`]
        : action.kind === 'delete'
          ? [`${at_ns / 1e9} delete ${action.realServer}`]
          : [],
    );
  };

  test('when those that are left weigh less than the quorum, which are taken out', () => {
    expect(events('quorum 6', '10.1.0.5:80')).toEqual([
      '43 delete 10.1.0.5:80',
      '43 add 10.1.0.9:80',
      '43 delete 10.1.0.6:80',
    ]);
  });

  test('not while they weigh enough, the hysteresis allowed for', () => {
    expect(events('quorum 5', '10.1.0.5:80')).toEqual(['43 delete 10.1.0.5:80']);
    expect(events('quorum 7\nhysteresis 2', '10.1.0.5:80')).toEqual(['43 delete 10.1.0.5:80']);
  });

  test('without a quorum when nobody is left', () => {
    expect(events('', '10.1.0.5:80', '10.1.0.6:80')).toEqual([
      '43 delete 10.1.0.5:80',
      '44 delete 10.1.0.6:80',
      '44 add 10.1.0.9:80',
    ]);
  });
});
