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
