/**
 * Red Hat's kernels and those built from the same sources. The number of Linux stands still within a release while
 * patches of much later kernels are added: what counts is the build number, the one after 4.18.0-. Read in the
 * sources of AlmaLinux and in the changelogs of RHEL's packages.
 */
import type { SwitchName } from './switches.ts';
import { rpmChangelog, type Source, type System, source } from './system.ts';
import { frozenTree, type Known } from './tree.ts';

/** Red Hat builds with HZ=1000. */
const HZ = 1000;
const TELL = rpmChangelog('kernel-core');

/** 7.0 is build 123, 7.1 229, 7.2 327, 7.3 514, 7.9 1160. What is not named here it has as 3.10 had it. */
function el7(build: number): Source {
  const known: Known = {
    connReuseMode: build >= 236,
    reuseDropsTracked: build >= 395,
    evenPortHint: true,
  };
  const tree = { ...frozenTree([3, 10], known), others: 'nothing' } as const;
  const how = `build ${build}: conn_reuse_mode came with 236, the dropped first SYN with 395; nothing later was taken up`;
  return source('RHEL 7, CentOS 7 and the like', tree, how, { hz: HZ, tell: rpmChangelog('kernel') });
}

/** First builds of the minor releases; a switch that came between two of them cannot be told in between. */
const EL8_MINORS = [80, 147, 193, 240, 305, 348, 372, 425, 477, 513, 553] as const;

/** The first minor release that was read to have it, and the last that was read not to. */
const EL8: Readonly<Partial<Record<SwitchName, readonly [without: number, withIt: number]>>> = {
  reuseDropsConfirmedOnly: [305, 348],
  nodestInAnyMode: [348, 372],
  nodestReschedules: [477, 513],
  randomPortSteps: [348, 425],
  'conntrack.strictReset': [305, 348],
  'conntrack.synRetransmitKeepsTimeout': [305, 348],
  'conntrack.reinitOnSyn': [348, 372],
  'conntrack.overlyDelayedIgnored': [372, 425],
  'conntrack.invalidShrinksTimeout': [372, 425],
  'conntrack.resetMayAnswerSyn': [372, 425],
  'conntrack.closingAcceptsReset': [372, 425],
  'conntrack.onlyStreamsAssured': [372, Number.POSITIVE_INFINITY],
  'conntrack.udpStreamAfter2s': [0, 240],
};

function el8(build: number, update: number): Source {
  const known: { [Name in SwitchName]?: boolean | null } = {
    assuredTemplates: false,
    totalConns: false,
    natOnDemand: false,
    renamedKeepsPort: false,
    synLinearTimeouts: false,
    portHintPerDestination: false,
  };
  for (const [name, [without, withIt]] of Object.entries(EL8)) {
    known[name as SwitchName] = build >= withIt ? true : build <= without ? false : null;
  }
  // Read in 372.32.1; the 8.6 of May 2022 is as old as the commits.
  if (build === 372) known.randomPortSteps = update >= 32 ? true : null;
  if (known.randomPortSteps === true) known.portHintPerDestination = true;
  const minor = EL8_MINORS.findLastIndex((first) => first <= build);
  const isMinor = EL8_MINORS.some((first) => first === build) || minor === EL8_MINORS.length - 1;
  const how = isMinor
    ? `build ${build} is release 8.${minor}`
    : `build ${build} lies between ${minor < 0 ? 'the beginning' : `8.${minor}`} and 8.${minor + 1}, as in CentOS Stream 8`;
  const system = isMinor ? `RHEL 8.${minor} and clones` : 'CentOS Stream 8';
  return source(system, frozenTree([4, 18], known), how, { hz: HZ, tell: TELL });
}

function el9(build: number, update: number): Source {
  const isLate90 = build === 70 && update >= 30;
  const later = (first: number): boolean | null => (isLate90 ? true : build === 70 ? null : build >= first);
  const known: Known = {
    nodestInAnyMode: build >= 41,
    'conntrack.reinitOnSyn': later(94),
    randomPortSteps: later(97),
    'conntrack.overlyDelayedIgnored': build >= 253,
    'conntrack.invalidShrinksTimeout': build >= 253,
    'conntrack.onlyStreamsAssured': build >= 70 ? true : null,
    natOnDemand: false,
    totalConns: false,
    renamedKeepsPort: false,
    synLinearTimeouts: false,
  };
  const how = `build ${build}: a Linux 5.14 that got c95c07836fa4 with build 41, conntrack's changes of 6.1 with 253`;
  return source('RHEL 9, CentOS Stream 9 and clones', frozenTree([5, 14], known), how, {
    hz: HZ,
    tell: TELL,
  });
}

function el10(build: number): Source {
  const known: Known = {
    // 55 is 10.0, 124 is 10.1 of 2025: older than the commit.
    totalConns: build <= 124 ? false : null,
    renamedKeepsPort: build <= 124 ? false : null,
  };
  const how = `build ${build}: a Linux 6.12 with patches of its own`;
  return source('RHEL 10, CentOS Stream 10 and clones', frozenTree([6, 12], known), how, {
    hz: HZ,
    tell: TELL,
  });
}

/** `372.32.1` of 4.18.0-372.32.1.el8_6: build and update. */
const numbers = (match: RegExpExecArray): [number, number] => [
  Number(match[1]),
  Number(/^\.(\d+)/.exec(match[2] ?? '')?.[1] ?? 0),
];

export const RHEL: readonly System[] = [
  {
    name: 'RHEL 7 and clones',
    pattern: /^3\.10\.0-(\d+)(\.[\d.]+?)?\.el7/,
    examples: ['3.10.0-1127.el7', '3.10.0-693.11.6.el7.x86_64', '3.10.0-1160.119.1.el7.x86_64'],
    read: (_, match) => el7(numbers(match)[0]),
  },
  {
    name: 'RHEL 8 and clones',
    pattern: /^4\.18\.0-(\d+)(\.[\d.]+?)?\.el8/,
    examples: ['4.18.0-553.el8_10.x86_64', '4.18.0-372.32.1.el8_6.x86_64', '4.18.0-358.el8.x86_64'],
    read: (_, match) => el8(...numbers(match)),
  },
  {
    name: 'RHEL 9 and clones',
    pattern: /^5\.14\.0-(\d+)(\.[\d.]+?)?\.el9/,
    examples: ['5.14.0-362.24.1.el9_3.x86_64', '5.14.0-70.13.1.el9_0.x86_64', '5.14.0-391.el9.x86_64'],
    read: (_, match) => el9(...numbers(match)),
  },
  {
    name: 'RHEL 10 and clones',
    pattern: /^6\.12\.0-(\d+)(\.[\d.]+?)?\.el10(?!.*uek)/,
    examples: ['6.12.0-55.9.1.el10_0.x86_64'],
    read: (_, match) => el10(numbers(match)[0]),
  },
];
