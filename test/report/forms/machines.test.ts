/** What other programs read: OpenMetrics, JUnit XML, GitHub's workflow commands, the published schema. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { annotation, renderGithub } from '../../../src/report/forms/github.ts';
import { renderJunit } from '../../../src/report/forms/junit.ts';
import { renderOpenMetrics } from '../../../src/report/forms/openmetrics.ts';
import { healthy, hostile, result, VERDICTS } from '../fixture.ts';
import { snapshot } from '../snapshot_fixture.ts';
import { requireTool } from '../tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('OpenMetrics', () => {
  it.for([
    ['an ordinary result', result()],
    ['hostile names', hostile()],
  ] as const)('promtool makes blocks from %s', ([, one], context) => {
    const promtool = requireTool(context, 'promtool', 'prometheus');
    const path = file(
      'metrics.txt',
      renderOpenMetrics(one, { snapshot: snapshot(), epoch_s: 1_700_000_000 }),
    );
    const data = join(folder, `tsdb-${context.task.id}`);
    const blocks = execFileSync(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', path, data], {
      encoding: 'utf8',
    });
    expect(blocks).toMatch(/1700000001000 +1700000300001/);
    // `dump` wants the folder of a server, which has a write-ahead log.
    mkdirSync(join(data, 'wal'));
    const dump = execFileSync(promtool, ['tsdb', 'dump', data], { encoding: 'utf8', maxBuffer: 1e8 });
    expect(dump.includes('__name__="node_ipvs_backend_connections_active"')).toBe(true);
  });

  it('has the names and labels of node_exporter', () => {
    const text = renderOpenMetrics(result(), { snapshot: snapshot() });
    expect(text).toContain(
      'node_ipvs_backend_connections_inactive{local_address="10.96.0.1",local_port="80",local_mark="",proto="TCP",remote_address="10.244.1.5",remote_port="8080"} 32256 300\n',
    );
    expect(text).toContain(`node_ipvs_connections_total ${0xbf57} 31\n`);
    expect(text).toContain('node_nf_conntrack_entries 32376 300\n');
    expect(text.endsWith('\n# EOF\n')).toBe(true);
  });

  it('counts upwards', () => {
    const values = [
      ...renderOpenMetrics(result()).matchAll(/^ipvsim_requests_completed_total (\d+) \d+$/gm),
    ].map((row) => Number(row[1]));
    expect(values).toHaveLength(300);
    expect(values.at(-1)).toBe(result().totals.complete);
    expect(values.every((value, row) => row === 0 || value >= values[row - 1]!)).toBe(true);
  });

  it('gathers connect times into cumulative buckets', () => {
    const { totals } = result();
    const text = renderOpenMetrics(result());
    expect(text).toContain(
      `ipvsim_connect_seconds_bucket{le="0.001"} ${totals.complete - totals.syn_dropped} 300\n`,
    );
    expect(text).toContain(`ipvsim_connect_seconds_bucket{le="3.0"} ${totals.complete - 2} 300\n`);
    expect(text).toContain(`ipvsim_connect_seconds_bucket{le="+Inf"} ${totals.complete} 300\n`);
  });

  it('escapes labels', () => {
    const label = renderOpenMetrics(hostile())
      .split('\n')
      .find((line) => line.startsWith('ipvsim_run_info'))!;
    expect(label).toContain('document.title=\\"owned\\"');
    expect(label.match(/(?<!\\)"/g)).toHaveLength(10);
  });

  it('names a server by its service where two services share it', () => {
    const base = result();
    const services = [
      base.scenario.services[0]!,
      { ...base.scenario.services[0]!, name: 'other', address: '10.96.0.2:80' },
    ];
    const name = '10.244.1.5:8080';
    const series = {
      ...base.series,
      [`requests[web/${name}]`]: base.series.qps!,
      [`requests[other/${name}]`]: base.series.qps!,
      [`inact_conn[web/${name}]`]: base.series.qps!.map(() => 1),
      [`inact_conn[other/${name}]`]: base.series.qps!.map(() => 2),
    };
    const servers = [base.realServers[0]!, { ...base.realServers[0]!, service: 'other' }];
    const text = renderOpenMetrics({
      ...base,
      series,
      realServers: servers,
      scenario: { ...base.scenario, services },
    });
    expect(text).toMatch(/connections_inactive\{local_address="10\.96\.0\.1"[^}]*\} 1 300\n/);
    expect(text).toMatch(/connections_inactive\{local_address="10\.96\.0\.2"[^}]*\} 2 300\n/);
  });
});

describe('JUnit', () => {
  it.for([
    ['an ordinary result', result()],
    ['hostile names', hostile()],
  ] as const)('is valid for %s', ([, one], context) => {
    const xmllint = requireTool(context, 'xmllint', 'libxml2-utils');
    const schema = fileURLToPath(new URL('../junit.xsd', import.meta.url));
    const path = file('junit.xml', renderJunit([{ result: one, file: 'a&"b".yaml' }, { result: healthy() }]));
    expect(() =>
      execFileSync(xmllint, ['--noout', '--schema', schema, path], { stdio: 'pipe' }),
    ).not.toThrow();
  });

  it('joins the failures of one expectation', () => {
    const twice = { ...VERDICTS[1]!, line: 40, message: 'again too fast' };
    const text = renderJunit([{ result: result({ expectations: VERDICTS }), more: [twice] }]);
    expect(text).toContain('<testsuites name="ipvsim" tests="3" failures="1" errors="1">');
    expect(text).toContain('>line 32: 0.4 ms is below 999 ms\nline 40: again too fast</failure>');
  });
});

describe('GitHub', () => {
  it('points at the line of the expectation', () => {
    const text = renderGithub([{ file: 'scenarios/a,b.yaml', name: 'k8s: cliff', verdicts: VERDICTS }]);
    expect(text).toBe(
      '::error file=scenarios/a%2Cb.yaml,line=32,col=1,title=k8s%3A cliff::p50(connect) in 999ms..1070ms: 0.4 ms is below 999 ms\n' +
        '::warning file=scenarios/a%2Cb.yaml,line=33,col=1,title=k8s%3A cliff::max(qps, 400s..500s) < 10: the run ended at 300 s, before the window\n',
    );
  });

  it('cannot be made to issue other commands', () => {
    const text = annotation('error', 'a', 1, 1, 'x\n::stop-commands::y', '100%\r\n::set-env name=A::b');
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('::100%25%0D%0A::set-env name=A::b\n');
  });
});

describe('the published schema of results', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../../schema/result.schema.json', import.meta.url), 'utf8'),
  );
  const validate = (against: object) => new Ajv({ allErrors: true, allowUnionTypes: true }).compile(against);

  it.each([
    ['the seed case', result()],
    ['a run without a cliff', healthy()],
    ['hostile names', { ...hostile(), scenarioHash: '0123456789ab' }],
  ])('holds for %s', (_, one) => {
    const holds = validate(schema);
    expect(holds(JSON.parse(JSON.stringify(one))), JSON.stringify(holds.errors)).toBe(true);
  });

  it.each([
    ['a missing column of totals', (one: never) => delete (one as { totals: { rps?: unknown } }).totals.rps],
    [
      'a text for a number',
      (one: never) => Object.assign((one as { totals: object }).totals, { rps: '408' }),
    ],
    ['another schema', (one: never) => Object.assign(one, { schema: 1 })],
    [
      'a verdict of its own',
      (one: never) =>
        Object.assign((one as { expectations: object[] }).expectations[0]!, { verdict: 'maybe' }),
    ],
  ])('refuses %s', (_, spoil) => {
    const one = JSON.parse(JSON.stringify(result()));
    spoil(one as never);
    expect(validate(schema)(one)).toBe(false);
  });
});
