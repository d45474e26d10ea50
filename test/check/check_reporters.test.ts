/** The reporters of `ipvsim check`: pure functions of one report. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { checkGithub, problemsGithub } from '../../src/check/check_github.ts';
import { checkJson } from '../../src/check/check_json.ts';
import { checkJunit } from '../../src/check/check_junit.ts';
import { checkMarkdown } from '../../src/check/check_markdown.ts';
import { type CheckReport, checkOf, countVerdicts } from '../../src/check/check_report.ts';
import { checkText } from '../../src/check/check_text.ts';
import { differenceSvg } from '../../src/check/difference_svg.ts';
import { compareGolden, goldenOf } from '../../src/check/golden.ts';
import { aResult, aVerdict } from '../sweep/a_result.ts';

const COMMAND = 'ipvsim run s/small.yaml';
const golden = compareGolden(goldenOf(aResult(), null), aResult());
const changed = aResult({ series: { ...aResult().series, qps: [100, 102, 41, 100] } });
const broken = compareGolden(goldenOf(aResult(), null), changed);

const passed = checkOf('s/small.yaml', COMMAND, aResult(), golden, []);
const failed = checkOf(
  's/a,b: 100%.yaml',
  COMMAND,
  aResult({
    expectations: [
      aVerdict('fail', 'min(qps) >= 1000 & "quoted" <b>', 7),
      aVerdict('unknown', 'p99(connect) < 1s', 8),
    ],
  }),
  broken,
  ['out/check/small/difference.svg'],
);
const unknown = checkOf('s/none.yaml', COMMAND, aResult({ expectations: [] }), null, []);
const report: CheckReport = [failed, unknown, passed];

describe('verdicts', () => {
  test('a failure fails, nothing to judge is unknown', () => {
    expect(report.map(({ verdict }) => verdict)).toEqual(['fail', 'unknown', 'pass']);
    expect(countVerdicts(report)).toEqual({ pass: 1, fail: 1, unknown: 1 });
    const verdictOf = (...verdicts: ('pass' | 'fail' | 'unknown')[]) =>
      checkOf('f', COMMAND, aResult({ expectations: verdicts.map((one) => aVerdict(one)) }), null, [])
        .verdict;
    expect(verdictOf('pass', 'unknown')).toBe('unknown');
    expect(verdictOf('unknown', 'fail', 'pass')).toBe('fail');
    expect(unknown.findings[0]!.message).toContain('no expect: and no golden');
  });
});

describe('github', () => {
  test('annotations stand on the line of the expectation, escaped', () => {
    expect(checkGithub(report).trimEnd().split('\n')).toEqual([
      '::error file=s/a%2Cb%3A 100%25.yaml,line=7,col=1,title=small%3A min(qps) >= 1000 & "quoted" <b>::measured fail',
      '::error file=s/a%2Cb%3A 100%25.yaml,line=1,col=1,title=small%3A golden qps::differs in 1 of 4 rows, most at 3 s: 98 -> 41 (tolerance exact)',
      '::warning file=s/a%2Cb%3A 100%25.yaml,line=8,col=1,title=small%3A p99(connect) < 1s::measured unknown',
      '::warning file=s/none.yaml,line=1,col=1,title=small%3A nothing to check::the scenario has no expect: and no golden; ipvsim check --update writes one',
    ]);
  });

  test('ten of a kind are shown; the tenth says how many more there are', () => {
    const expectations = Array.from({ length: 14 }, (_, line) => aVerdict('fail', 'x', line + 1));
    const many = checkOf('f', COMMAND, aResult({ expectations }), null, []);
    const lines = checkGithub([many]).trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[9]).toContain('... and 4 more');
  });

  test('mistakes in the scenario keep line and column', () => {
    const problem = {
      code: 'E_UNKNOWN_KEY',
      file: 's.yaml',
      line: 4,
      column: 3,
      length: 5,
      message: 'unknown key sede\nhere',
      hint: 'did you mean seed?',
      severity: 'error',
    } as const;
    expect(problemsGithub([problem])).toBe(
      '::error file=s.yaml,line=4,col=3,title=E_UNKNOWN_KEY::unknown key sede%0Ahere (did you mean seed?)\n',
    );
  });
});

describe('junit', () => {
  const xml = checkJunit(report);

  test('a suite per scenario, a test case per expectation and golden series', () => {
    expect(xml.match(/<testsuite /g)).toHaveLength(3);
    expect(xml.match(/<failure /g)).toHaveLength(2);
    expect(xml.match(/<error /g)).toHaveLength(2);
    expect(xml).toContain('name="min(qps) &gt;= 1000 &amp; &quot;quoted&quot; &lt;b&gt;"');
    expect(xml).toContain('name="golden qps"');
    expect(xml).toContain('name="nothing to check"');
    expect(xml).toContain('<testsuites name="ipvsim" tests="6" failures="2" errors="2">');
  });

  test('validates against the schema', ({ skip }) => {
    const schema = new URL('../report/junit.xsd', import.meta.url).pathname;
    const lint = (text: string) =>
      spawnSync('xmllint', ['--noout', '--schema', schema, '-'], { input: text });
    const run = lint(xml);
    if (run.error !== undefined)
      skip('xmllint is not installed (Debian: libxml2-utils): JUnit is NOT validated');
    expect(`${run.stderr}`).toContain('validates');
    expect(run.status).toBe(0);
    expect(lint(xml.replace('message=', 'massage=')).status).not.toBe(0);
  });
});

test('markdown: a table, and a section for what did not pass', () => {
  const text = checkMarkdown(report);
  expect(text).toContain('## ipvsim check: 1 passed, 1 failed, 1 unknown');
  expect(text).toContain('| `small` | ✓ pass | 1 of 1 expectation holds | 16 series agree |');
  expect(text).toContain('| `small` | ✗ fail | 0 of 2 expectations hold | 1 of 16 differ |');
  expect(text).toContain('- see `out/check/small/difference.svg`');
  expect(text.match(/^### /gm)).toHaveLength(2);
});

test('terminal: a line per scenario, details only where something is open', () => {
  expect(checkText(report)).toMatchInlineSnapshot(`
    "✗ small  0 of 2 expectations hold, 15 of 16 golden series agree
      ✗ s/a,b: 100%.yaml:7 min(qps) >= 1000 & "quoted" <b>: measured fail
      ? s/a,b: 100%.yaml:8 p99(connect) < 1s: measured unknown
      ✗ s/a,b: 100%.yaml golden qps: differs in 1 of 4 rows, most at 3 s: 98 -> 41
        (tolerance exact)
        see out/check/small/difference.svg
        repeat: ipvsim run s/small.yaml
    ? small
      ? s/none.yaml nothing to check: the scenario has no expect: and no golden;
        ipvsim check --update writes one
        repeat: ipvsim run s/small.yaml
    ✓ small  1 of 1 expectation holds, 16 of 16 golden series agree

    3 scenarios: 1 passed, 1 failed, 1 unknown
    "
  `);
});

test('the drawn difference shows golden and measured, and escapes what is not ours', () => {
  const svg = differenceSvg(changed, goldenOf(aResult(), null), broken);
  expect(svg.match(/class="line c1"/g)!.length).toBeGreaterThanOrEqual(1);
  expect(svg).toContain('98 -&gt; 41');
  const run = spawnSync('xmllint', ['--noout', '-'], { input: svg });
  if (run.error === undefined) expect(`${run.stderr}`).toBe('');
  const failing = differenceSvg(failed.result, null, null);
  expect(failing).toContain('small: measured');
});

test('json: the report as it is, with counts', () => {
  const read = JSON.parse(checkJson(report));
  expect(read).toMatchObject({ schema: 1, counts: { pass: 1, fail: 1, unknown: 1 } });
  expect(read.scenarios[0].golden.differences[0].worst).toEqual({ at_s: 3, golden: 98, measured: 41 });
});
