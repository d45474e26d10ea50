/** results/README.md: what lies in the folder of each shipped scenario, and which question it answers. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { root, shippedNames } from './reference_results.ts';

/** The first group whose pattern a name matches has it; the last takes all others. */
const GROUPS: readonly (readonly [heading: string, names: RegExp])[] = [
  ['The article: three published measurements', /^article-/],
  ['The cliff, and what keeps away from it', /^k8s-(cliff|rolling)/],
  ['Against recordings of real kernels under load', /^lab-/],
  ['Schedulers', /^sched-/],
  ['Public reports, by issue', /-\d{3,}|^lvs-users/],
  ['One setting or method each', /^/],
];

export function resultsIndex(): string {
  const groups = GROUPS.map(([heading]) => ({ heading, rows: [] as string[] }));
  for (const name of shippedNames()) {
    const { title } = parse(readFileSync(`${root}scenarios/${name}.yaml`, 'utf8')) as { title: string };
    const group = GROUPS.findIndex(([, names]) => names.test(name));
    groups[group]!.rows.push(`| [\`${name}\`](${name}/summary.txt) | ${title.replaceAll('|', '\\|')} |`);
  }
  const tables = groups
    .filter(({ rows }) => rows.length > 0)
    .map(({ heading, rows }) => `## ${heading}\n\n| scenario | shows |\n|---|---|\n${rows.join('\n')}`);
  return `<!-- Written by \`npm run docs\` from the titles of scenarios/: do not edit. -->
# Reference results

What \`ipvsim run NAME\` gives for each shipped scenario, byte for byte on every machine: \`npm test\` runs them all and
compares, and \`npm run results [NAME...]\` writes them anew after a change that was meant. Each folder has the files
that [docs/results.md](../docs/results.md) explains; begin with \`summary.txt\`. What depends on a machine lies elsewhere:
[docs/bench.json](../docs/bench.json).

${tables.join('\n\n')}
`;
}
