/** How the name of a kernel is read: whose it is, what it stands for, and which switches are on, off or unknown. */
import { type KernelRelease, upstreamText } from '../kernel/release/release.ts';
import type { Confidence } from '../kernel/release/switches.ts';
import { SWITCH_NAMES, SWITCHES, type SwitchName } from '../kernel/release/switches.ts';
import { type Look, padEnd, paint, printable, wrap } from '../report/text.ts';
import { DECISIVE } from '../scenario/check/check_kernel.ts';

const LABEL = 15;
const STATE = { yes: 'yes', no: 'no', unknown: 'cannot tell' } as const;
const CONFIDENCE: Readonly<Record<Confidence, string>> = {
  seen: 'read in the source or changelog',
  derived: 'follows from what was read',
  memory: 'from memory, not checked',
};

const GROUPS: readonly (readonly [title: string, holds: (name: SwitchName) => boolean])[] = [
  ['Port reuse, and real servers that go', (name) => isDecisive(name)],
  ['conntrack', (name) => name.startsWith('conntrack.')],
  ['Other', (name) => !isDecisive(name) && !name.startsWith('conntrack.')],
];

function isDecisive(name: SwitchName): boolean {
  return (DECISIVE as readonly string[]).includes(name);
}

export function renderKernel(kernel: KernelRelease, look: Look): string {
  const { source, text, major, minor } = kernel;
  const facts = [
    ['System', source.system],
    ['Linux', upstreamText(kernel)],
    ['How', `${source.how} (${CONFIDENCE[source.confidence]})`],
    ['Makes sure', source.tell === null ? '' : `on the node: ${source.tell}`],
    ['To kube-proxy', `Linux ${major}.${minor}: it reads the number, and sees no patches`],
    ['In a scenario', `kernel: "${text}"`],
  ] as const;
  const lines = facts.map(
    ([label, fact]) => fact && wrap(printable(fact), look.columns, `  ${padEnd(label, LABEL)}`),
  );
  const groups = GROUPS.map(([title, holds]) =>
    [paint(look, 'bold', title), ...SWITCH_NAMES.filter(holds).map((name) => line(kernel, name, look))].join(
      '\n',
    ),
  );
  const head = [
    paint(look, 'bold', `kernel ${printable(text)}`),
    ...lines.filter((fact) => fact !== ''),
  ].join('\n');
  return [head, ...groups].join('\n\n');
}

function line(kernel: KernelRelease, name: SwitchName, look: Look): string {
  const { state, why, confidence } = kernel.answers[name];
  const { meaning, commit } = SWITCHES[name];
  const sure = confidence === 'memory' ? `, ${CONFIDENCE.memory}` : '';
  const plain = meaning.replace(/^conntrack: /, '');
  return wrap(
    `${plain} (${why}${commit === null ? '' : `; ${commit}`}${sure})`,
    look.columns,
    `  ${padEnd(STATE[state], LABEL)}`,
  );
}
