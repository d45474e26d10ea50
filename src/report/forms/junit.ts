/**
 * JUnit XML, the form that Jenkins, GitLab and others read: a suite per scenario, a test case per expectation.
 * They keep one failure per test case, so several failures of one expectation are joined.
 */
import type { Result, Verdict } from '../../measure/result.ts';
import { escapeXml } from '../../text/escape.ts';
import { kernelNames } from '../nodes.ts';

export interface JunitSuite {
  readonly result: Result;
  /** The scenario's file, for the reader's editor. */
  readonly file?: string;
  /** Checks beyond `expect:`, such as the comparison with a golden series. */
  readonly more?: readonly Verdict[];
}

interface Case {
  readonly name: string;
  readonly line: number;
  readonly failures: readonly string[];
  readonly unknowns: readonly string[];
}

export function renderJunit(suites: readonly JunitSuite[]): string {
  const bodies = suites.map((suite) => ({ suite, cases: casesOf(suite) }));
  const all = bodies.flatMap(({ cases }) => cases);
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<testsuites name="ipvsim" ${counts(all)}>\n` +
    bodies.map(({ suite, cases }) => suiteXml(suite, cases)).join('') +
    '</testsuites>\n'
  );
}

function casesOf({ result, more = [] }: JunitSuite): Case[] {
  const byExpression = new Map<string, Verdict[]>();
  for (const verdict of [...result.expectations, ...more]) {
    byExpression.set(verdict.expression, [...(byExpression.get(verdict.expression) ?? []), verdict]);
  }
  return [...byExpression].map(([name, verdicts]) => ({
    name,
    line: verdicts[0]!.line,
    failures: verdicts.filter(({ verdict }) => verdict === 'fail').map(messageOf),
    unknowns: verdicts.filter(({ verdict }) => verdict === 'unknown').map(messageOf),
  }));
}

function messageOf({ message, measured, line }: Verdict): string {
  const text = message === '' ? `measured ${measured ?? 'nothing'}` : message;
  return line > 0 ? `line ${line}: ${text}` : text;
}

function counts(cases: readonly Case[]): string {
  const failed = cases.filter(({ failures }) => failures.length > 0).length;
  const unknown = cases.filter(
    ({ failures, unknowns }) => failures.length === 0 && unknowns.length > 0,
  ).length;
  return `tests="${cases.length}" failures="${failed}" errors="${unknown}"`;
}

function suiteXml({ result, file }: JunitSuite, cases: readonly Case[]): string {
  const { scenario, totals, scenarioHash, ipvsim } = result;
  const properties = [
    ['ipvsim', ipvsim],
    ['kernel', kernelNames(scenario)],
    ['seed', scenario.seed],
    ['scenario', scenarioHash],
  ] as const;
  return (
    `  <testsuite name="${escapeXml(scenario.name)}" ${counts(cases)} skipped="0" time="${totals.seconds.toFixed(3)}">\n` +
    '    <properties>\n' +
    properties
      .map(([name, value]) => `      <property name="${name}" value="${escapeXml(value)}"/>\n`)
      .join('') +
    '    </properties>\n' +
    cases.map((one) => caseXml(scenario.name, file, one)).join('') +
    '  </testsuite>\n'
  );
}

/** A verdict that cannot be said is an `error`: a skipped test would make the build green. */
function caseXml(suite: string, file: string | undefined, { name, line, failures, unknowns }: Case): string {
  const place = file === undefined ? '' : ` file="${escapeXml(file)}"${line > 0 ? ` line="${line}"` : ''}`;
  const open = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}"${place} time="0.000"`;
  const body = (tag: string, type: string, messages: readonly string[]) =>
    `>\n      <${tag} type="${type}" message="${escapeXml(messages[0]!)}">${escapeXml(messages.join('\n'))}</${tag}>\n    </testcase>\n`;
  if (failures.length > 0) return open + body('failure', 'expectation', failures);
  if (unknowns.length > 0) return open + body('error', 'unknown', unknowns);
  return `${open}/>\n`;
}
