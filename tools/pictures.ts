/** The pictures of the README, drawn from shipped scenarios. */
import { readFileSync } from 'node:fs';
import { portOwners } from '../src/measure/port_events.ts';
import type { Result } from '../src/measure/result.ts';
import { renderPortsSvg } from '../src/report/ports/svg_ports.ts';
import { renderCliffSvg } from '../src/report/svg/svg_cliff.ts';
import { parseScenario } from '../src/scenario/parse.ts';
import type { Scenario } from '../src/scenario/scenario.ts';
import { simulate } from '../src/simulate.ts';
import { portsRun } from '../src/trace_run.ts';

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
  return simulate(parsed(name));
}

function parsed(name: string): Scenario {
  const text = readFileSync(new URL(`../scenarios/${name}.yaml`, import.meta.url), 'utf8');
  const { scenario, problems } = parseScenario(text, { file: `${name}.yaml`, set: LENGTH });
  if (scenario === null) throw new Error(JSON.stringify(problems));
  return scenario;
}

/** The source ports of the same case at five instants, for the head of the README. */
export function portsPicture(): string {
  const scenario = parsed('k8s-cliff');
  const [owner] = portOwners(scenario);
  const { run, log } = portsRun(scenario, owner!);
  const moments_ns = [8e9, 15.6e9, 20e9, 70e9, 128e9];
  run.advanceTo(moments_ns.at(-1)!);
  return renderPortsSvg(
    { owner: owner!, events: log.events, moments_ns },
    {
      title: 'Every source port of one client, while its requests fall from 2000 to 120 per second',
      subtitle:
        'A cell per port; it has the colour of its entry in the connection table and fades with the entry’s timer',
      captions: [
        ['Connections walk over', 'the ports, 2000 a second.'],
        ['The walk has been round', 'almost once: few are free.'],
        ['It meets what it has left', 'behind: SYNs are dropped.'],
        ['120 a second. Entries fade', 'out, 120 s after their use.'],
        ['What lies ahead is free:', 'the walk is fast again.'],
      ],
    },
  );
}
