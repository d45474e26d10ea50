/** The picture of the cliff for the README, drawn from two shipped scenarios. */
import { readFileSync } from 'node:fs';
import type { Result } from '../src/measure/result.ts';
import { renderCliffSvg } from '../src/report/svg/svg_cliff.ts';
import { parseScenario } from '../src/scenario/parse.ts';
import { simulate } from '../src/simulate.ts';

/** Up to the recovery at 128 s and the next fall. */
const LENGTH = ['duration=150s', 'expect=[]'];

export function cliffPicture(): string {
  return renderCliffSvg(shipped('k8s-cliff'), {
    title: 'A service behind a Kubernetes VIP, CentOS 7, 120 workers without keep-alive',
    label: 'conn_reuse_mode 1',
    other: { result: shipped('k8s-cliff-mode0'), label: 'conn_reuse_mode 0' },
  });
}

function shipped(name: string): Result {
  const text = readFileSync(new URL(`../scenarios/${name}.yaml`, import.meta.url), 'utf8');
  const { scenario, problems } = parseScenario(text, { file: `${name}.yaml`, set: LENGTH });
  if (scenario === null) throw new Error(JSON.stringify(problems));
  return simulate(scenario);
}
