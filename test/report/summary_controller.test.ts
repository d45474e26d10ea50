/** The header of a run under a controller says who set which sysctl. */
import { expect, it } from 'vitest';
import { renderSummary } from '../../src/report/summary.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';

const text = (first: string) => `${first}
duration: 1s
service: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:80" }] }
clients: [{ rate: 1/s }]
`;

function head(first: string): string {
  const { scenario } = parseScenario(text(first), { file: 'x.yaml' });
  return renderSummary(simulate(scenario!)).split('  qps')[0]!.replaceAll('\n', ' ');
}

it('names the controller and what it has set', () => {
  expect(head('kubernetes: 1.13.0')).toContain(
    'Set by kube-proxy 1.13.0: conntrack 1, conn_reuse_mode 0, nf_',
  );
  expect(head('controller: { kind: docker-swarm }')).toContain(
    'Set by docker-swarm: conntrack 1, conn_reuse_mode 0, expire_nodest_conn 1, expire_quiescent_template 1',
  );
  expect(head('')).not.toContain('Set by');
});

it('names what the scenario has set otherwise', () => {
  const lines = head('kubernetes: 1.19.12\nsysctl: { net.ipv4.vs.conn_reuse_mode: 1 }');
  expect(lines).toContain('conn_reuse_mode 1 by the scenario (kube-proxy 1.19.12 sets 0)');
  expect(lines).not.toContain('conn_reuse_mode 0');
});

it('names nodes whose controller is of another release or has set otherwise', () => {
  const nodes = (...list: string[]) => head(`kubernetes: 1.20.0\nkernel: 5.4\nnodes: [${list.join(', ')}]`);
  const two = nodes('{ name: n1 }', '{ name: n2, kubernetes: 1.10.13 }', '{ name: n3, kernel: 3.10 }');
  expect(two).toContain('Set by kube-proxy 1.20.0: conntrack 1, conn_reuse_mode 0');
  expect(two).toContain(
    'On n2: kube-proxy 1.10.13, conn_reuse_mode 1, expire_nodest_conn 0, expire_quiescent_template 0',
  );
  expect(two).not.toContain('On n1');
  const many = Array.from({ length: 7 }, (_, index) => `{ name: n${index}, kubernetes: 1.30.0 }`);
  expect(nodes(...many)).toContain('On n4: kube-proxy 1.30.0 and otherwise on 2 more nodes');
});

it('in rules kube-proxy sets none of the settings of IPVS, on no node', () => {
  const rules = text(
    'kubernetes: 1.24.17\nkernel: 5.4\nnodes: [{ name: n1 }, { name: n2, kubernetes: 1.10.13 }]',
  );
  const { scenario } = parseScenario(rules.replace('realServers', 'path: iptables, realServers'));
  const lines = renderSummary(simulate(scenario!));
  expect(lines).toContain('Set by kube-proxy 1.24.17: nf_conntrack_tcp_timeout_established 86400,');
  expect(lines).toContain('On n2: kube-proxy 1.10.13\n');
  expect(lines).not.toContain('conn_reuse_mode');
});
