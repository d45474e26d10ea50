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
      'line 35: sorry_server 127.0.0.1 80: takes over only when no real server is up',
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
