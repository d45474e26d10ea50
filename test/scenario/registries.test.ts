/** The registries of this stage against the model they speak of: no name without effect, none forgotten. */
import { describe, expect, it } from 'vitest';
import { DROP_REASONS } from '../../src/kernel/drop_reason.ts';
import { ENTRY_KINDS } from '../../src/kernel/ipvs/ip_vs_conn.ts';
import { expectKernel } from '../../src/kernel/release/release.ts';
import { defaultSysctl, sysctlField } from '../../src/kernel/sysctl.ts';
import { DROP_METRICS, METRIC_NAMES, STATE_METRICS } from '../../src/scenario/expect/metrics.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { isKnownKey } from '../../src/scenario/schema/known_keys.ts';
import { scenarioSchema } from '../../src/scenario/schema/schema.ts';
import { effectiveSysctl, SYSCTLS, sysctlExistsIn, sysctlInfo } from '../../src/scenario/sysctl.ts';
import { ELSEWHERE, sysctlElsewhere } from '../../src/scenario/sysctl_elsewhere.ts';

describe('kernel settings', () => {
  it.each(SYSCTLS.map((info) => [info.name, info] as const))(
    '%s is read by the kernel model',
    (name, info) => {
      expect(sysctlField(name)).toBeDefined();
      expect(info.meaning).toMatch(/^[A-Z].*\.$/);
      expect(info.kernelFunction).toMatch(/\(\)/);
      expect(sysctlElsewhere(name)).toBeNull();
      for (const { value } of info.defaults) {
        expect(value).toBeGreaterThanOrEqual(info.min);
        expect(value).toBeLessThanOrEqual(info.max);
      }
    },
  );

  it.each(Object.entries(ELSEWHERE))(
    '%s is written where the scenario has a key',
    (_name, [owner, key, example]) => {
      const path =
        owner === 'clients' ? ['clients', '0', ...key.split('.')] : ['service', 'realServers', '0', key];
      expect(isKnownKey(scenarioSchema, path)).toBe(true);
      const client = 'clients: [{ concurrency: 1 }]';
      const text = `service: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }\n${client}\n`;
      expect(parseScenario(text, { set: [`${path.join('.')}=${example}`] }).problems).toEqual([]);
    },
  );

  it('has one field each in the kernel model, with the default of its release', () => {
    const fields = SYSCTLS.map(({ name }) => sysctlField(name));
    expect(new Set(fields).size).toBe(SYSCTLS.length);
    const at = (release: string) => defaultSysctl(expectKernel(release));
    expect(Object.keys(at('5.4')).sort()).toEqual([...fields].sort());
    expect([at('4.0').conn_reuse_mode, at('4.1').conn_reuse_mode]).toEqual([0, 1]);
    expect(at('3.10.0-1127.el7').conn_reuse_mode).toBe(1);
    expect([at('4.19').nf_conntrack_udp_timeout_stream, at('5.4').nf_conntrack_udp_timeout_stream]).toEqual([
      180, 120,
    ]);
    expect(at('5.4')).toMatchObject({
      conntrack: 0,
      timeout_tcp: 0,
      nf_conntrack_tcp_timeout_established: 432000,
    });
  });

  it('gives every setting a value and an origin, and none that the kernel does not have', () => {
    const kernel = expectKernel('3.10.0-1127.el7');
    const { values, origin } = effectiveSysctl(kernel, [
      { origin: 'scenario', values: { 'net.ipv4.vs.conn_reuse_mode': 0, 'net.ipv4.vs.drop_entry': 3 } },
      { origin: '--set', values: { 'net.ipv4.vs.drop_entry': 1 } },
    ]);
    expect(Object.keys(values)).toEqual(Object.keys(origin));
    expect(values).not.toHaveProperty(['net.ipv4.vs.sloppy_tcp']);
    expect(values).not.toHaveProperty(['net.ipv4.vs.conn_max']);
    expect(values['net.ipv4.vs.conn_reuse_mode']).toBe(0);
    expect(values['net.ipv4.vs.drop_entry']).toBe(1);
    expect(origin['net.ipv4.vs.drop_entry']).toBe('--set');
    expect(origin['net.ipv4.vs.secure_tcp']).toBe('kernel default');
    // Every orchestrator in scope sets it, so that a scenario without it is about the usual node.
    expect(values['net.ipv4.vs.conntrack']).toBe(1);
    expect(origin['net.ipv4.vs.conntrack']).toMatch(/^assumed: /);
  });

  it('knows which kernel has which', () => {
    const has = (name: string, release: string): boolean =>
      sysctlExistsIn(sysctlInfo(name)!, expectKernel(release));
    expect(has('net.ipv4.vs.conn_reuse_mode', '3.10')).toBe(false);
    expect(has('net.ipv4.vs.conn_reuse_mode', '4.0')).toBe(false);
    expect(has('net.ipv4.vs.conn_reuse_mode', '4.1')).toBe(true);
    expect(has('net.ipv4.vs.conn_reuse_mode', '3.10.0-1127.el7')).toBe(true);
    expect(has('net.ipv4.vs.conn_max', '7.1')).toBe(false);
    expect(has('net.ipv4.vs.conn_max', '7.2')).toBe(true);
  });
});

describe('metrics', () => {
  it('has a metric for every drop reason', () => {
    expect(DROP_METRICS.map(({ name }) => name)).toEqual(DROP_REASONS.map((reason) => `drop.${reason}`));
  });

  it('has a metric for everything that an entry can be', () => {
    expect(STATE_METRICS.map(({ name }) => name)).toEqual(ENTRY_KINDS.map((kind) => `entries[${kind}]`));
  });

  it('has no name twice', () => {
    expect(new Set(METRIC_NAMES).size).toBe(METRIC_NAMES.length);
  });
});
