/**
 * The forms in which saved results can be printed (`run --format`, `report --format`). A new one is a function
 * from results to text and a line here.
 */
import type { Result } from '../../measure/result.ts';
import type { TraceEvent } from '../../measure/trace.ts';
import { renderComparison } from '../comparison.ts';
import { renderHtml } from '../html/html.ts';
import { renderHtmlSeveral } from '../html/html_several.ts';
import type { PortsTold } from '../ports/port_moments.ts';
import { renderSummary } from '../summary.ts';
import { renderCliffSvg } from '../svg/svg_cliff.ts';
import { type Look, PLAIN } from '../text.ts';
import { renderAb } from './ab.ts';
import { renderLongCsv, renderWideCsv } from './csv.ts';
import { renderGithub } from './github.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderOpenMetrics } from './openmetrics.ts';
import { scenarioFile } from './scenario_file.ts';

export interface FormatOptions {
  readonly look?: Look;
  /** The commands that repeat the runs, in the order of the results; null where it is not known. */
  readonly commands?: readonly (string | null)[];
  /** The scenario's file, for forms that point into it. */
  readonly file?: string;
  /** Packets of one slow connect, for forms that draw them. */
  readonly trace?: readonly TraceEvent[];
  /** The source ports of a client, for forms that draw them. */
  readonly ports?: PortsTold | null;
}

export interface Format {
  readonly name: string;
  readonly description: string;
  /** Whether it can hold more than one result; the others show the first only. */
  readonly several: boolean;
  /** Whether the lines are commands for a CI, not to be made harmless on their way out. */
  readonly commands?: true;
  readonly render: (results: readonly Result[], options?: FormatOptions) => string;
}

export const FORMATS: readonly Format[] = [
  {
    name: 'table',
    description: 'for people: what happened and why, with sparklines',
    several: true,
    render: (results, { look = PLAIN, commands = [] } = {}) =>
      results.length === 1
        ? renderSummary(results[0]!, { look, ...known(commands[0]) })
        : renderComparison(
            results.map((result) => ({ result })),
            { look },
          ),
  },
  {
    name: 'json',
    description: 'everything, in the form of result.json',
    several: false,
    render: (results) => renderJson(results[0]!),
  },
  {
    name: 'scenario',
    description: 'the scenario as a file with every default filled in, which runs again',
    several: false,
    render: (results) => scenarioFile(results[0]!.scenario),
  },
  {
    name: 'csv',
    description: 'the series, a row per interval',
    several: false,
    render: (results) => renderWideCsv(results[0]!),
  },
  {
    name: 'csv-long',
    description: 'the series, a row per value: time_s,metric,labels,value',
    several: false,
    render: (results) => renderLongCsv(results[0]!),
  },
  {
    name: 'ab',
    description: "ApacheBench's final report",
    several: false,
    render: (results) => renderAb(results[0]!),
  },
  {
    name: 'html',
    description:
      'a report in one file, to keep and to pass on; of several results their charts over each other',
    several: true,
    render: (results, { commands = [], trace = [], ports = null } = {}) =>
      results.length === 1
        ? renderHtml(results[0]!, { trace, ports, ...known(commands[0]) })
        : renderHtmlSeveral(results, commands),
  },
  {
    name: 'svg',
    description: 'one picture of the first result, beside the second if there is one',
    several: true,
    render: ([first, second]) => {
      const other = second === undefined ? {} : { other: { result: second, label: second.scenario.name } };
      const { name, title } = first!.scenario;
      return renderCliffSvg(first!, { title: title === '' ? name : title, label: name, ...other });
    },
  },
  {
    name: 'markdown',
    description: 'for pull requests and job summaries',
    several: true,
    render: (results, { commands = [] } = {}) => renderMarkdown(results, known(commands[0])),
  },
  {
    name: 'openmetrics',
    description: "for Prometheus, with node_exporter's names where the meaning is the same",
    several: false,
    render: (results) => renderOpenMetrics(results[0]!),
  },
  {
    name: 'junit',
    description: 'the expectations as JUnit XML',
    several: true,
    render: (results, { file } = {}) =>
      renderJunit(results.map((result) => (file === undefined ? { result } : { result, file }))),
  },
  {
    name: 'github',
    description: 'annotations for GitHub Actions',
    several: true,
    commands: true,
    render: (results, { file } = {}) =>
      renderGithub(
        results.map(({ scenario, expectations }) => ({ file, name: scenario.name, verdicts: expectations })),
      ),
  },
];

function known(command: string | null | undefined): { readonly command?: string } {
  return command === null || command === undefined ? {} : { command };
}
