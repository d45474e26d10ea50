/**
 * Debian, Ubuntu and what is built from them. Their releases end in .0 whatever point release they contain; that
 * stands in Ubuntu's version signature and in Debian's `uname -v`, or follows from the ABI number.
 */
import { type AbiTable, lookUp } from './abi_table.ts';
import { DEBIAN_5_10, DEBIAN_6_1 } from './debian_abis.ts';
import type { Branch } from './switches.ts';
import { type Pasted, type Source, type System, source } from './system.ts';
import { atLeastTree, type Tree, upstreamTree } from './tree.ts';
import { UBUNTU_5_4, UBUNTU_5_15, UBUNTU_AWS_5_15 } from './ubuntu_abis.ts';

const SIGNATURE = 'cat /proc/version_signature';
const UNAME_V = 'uname -v';

/** By the number of kernel.org's release, where the text has it. */
function named(system: string, { upstream }: Pasted, where: string): Source | null {
  if (upstream === null) return null;
  const [major, minor, patch] = upstream;
  return source(system, upstreamTree([major, minor], patch), `${where} says ${upstream.join('.')}`);
}

function readUbuntu(pasted: Pasted, match: RegExpExecArray): Source {
  const said = named('Ubuntu', pasted, 'the version signature');
  if (said !== null) return said;
  const { branch } = pasted;
  const abi = Number(match[1]);
  const table = { 5.4: UBUNTU_5_4, 5.15: UBUNTU_5_15 }[branch.join('.')];
  if (table === undefined)
    return untold('Ubuntu', branch, "no table of this branch's ABI numbers is at hand");
  return byUbuntuTable('Ubuntu', branch, table, abi, `ABI number ${abi}`);
}

function byUbuntuTable(system: string, branch: Branch, table: AbiTable, abi: number, number: string): Source {
  const { entry, next } = lookUp(table, abi);
  const patch = entry!.patch;
  const release = `${branch.join('.')}.${patch}`;
  // The tables end in 2025; of later numbers only this much is known.
  if (next === undefined) {
    const how = `${number} is at the end of the table: ${release} or later`;
    return source(system, atLeastTree(branch, patch), how, { tell: SIGNATURE });
  }
  return source(system, upstreamTree(branch, patch), `${number} contains ${release}`, { tell: SIGNATURE });
}

function readUbuntuCloud(pasted: Pasted, match: RegExpExecArray): Source {
  const [, number, flavour] = match;
  const abi = Number(number);
  const system = `Ubuntu for ${flavour}`;
  const said = named(system, pasted, 'the version signature');
  if (said !== null) return said;
  const { branch } = pasted;
  if (branch.join('.') === '5.15') {
    const { entry } = flavour === 'aws' ? lookUp(UBUNTU_AWS_5_15, abi) : {};
    // Those of other clouds were first made for jammy too, from no older a linux than the first linux-aws.
    const from = entry ?? UBUNTU_AWS_5_15[0]!;
    const how = `${flavour} counts by itself: ${entry === undefined ? 'made' : `${number} was made`} from linux 5.15.0-${from.patch}${entry === undefined ? ' or later' : ''}`;
    const { patch } = lookUp(UBUNTU_5_15, from.patch).entry!;
    const tree = entry === undefined ? atLeastTree(branch, patch) : upstreamTree(branch, patch);
    return source(system, tree, how, { tell: SIGNATURE, confidence: 'derived' });
  }
  return untold(system, branch, `the kernels for ${flavour} count their ABI numbers by themselves`);
}

function untold(system: string, branch: Branch, why: string): Source {
  const how = `the .0 is not the point release, and ${why}`;
  return source(system, atLeastTree(branch, 0), how, { tell: SIGNATURE, confidence: 'derived' });
}

function readDebian(pasted: Pasted, match: RegExpExecArray): Source {
  const said = named('Debian', pasted, 'uname -v');
  if (said !== null) return said;
  const { branch } = pasted;
  const abi = Number(match[1]);
  const table = { '5.10': DEBIAN_5_10, 6.1: DEBIAN_6_1 }[branch.join('.')];
  const { entry, next } = table === undefined ? {} : lookUp(table, abi);
  if (entry === undefined) {
    const how = 'the .0 is not the point release; the version of the package is in uname -v';
    return source('Debian', atLeastTree(branch, 0), how, { tell: UNAME_V, confidence: 'derived' });
  }
  const least = `${branch.join('.')}.${entry.patch}`;
  const how = `ABI number ${abi} came with ${least}`;
  if (next === undefined) return source('Debian', atLeastTree(branch, entry.patch), how, { tell: UNAME_V });
  const most = next.revision > 1 ? next.patch : Math.max(entry.patch, next.patch - 1);
  const tree: Tree = { ...upstreamTree(branch, entry.patch), most };
  return source(
    'Debian',
    tree,
    `${how} and ended before ${branch.join('.')}.${next.patch}-${next.revision}`,
    {
      tell: UNAME_V,
    },
  );
}

/** The release itself has the point release. */
function readNumbered(system: string) {
  return (pasted: Pasted): Source =>
    named(system, pasted, 'uname -v') ??
    source(system, upstreamTree(pasted.branch, pasted.patch!), 'its release has the number of kernel.org', {
      confidence: 'derived',
    });
}

export const DEBIAN_FAMILY: readonly System[] = [
  {
    name: 'Ubuntu (GA and HWE)',
    pattern: /^\d+\.\d+\.0-(\d{1,3})-(?:generic|lowlatency|virtual|server)(?:-\w+)*$/,
    examples: [
      '5.4.0-100-generic',
      'Ubuntu 5.4.0-100.113-generic 5.4.166',
      'Linux version 5.4.0-100-generic (buildd@lcy02-amd64-002) (gcc version 9.3.0 (Ubuntu 9.3.0-17ubuntu1~20.04)) #113-Ubuntu SMP Thu Feb 3 18:43:29 UTC 2022 (Ubuntu 5.4.0-100.113-generic 5.4.166)',
      'Linux node 5.15.0-91-generic #101~20.04.1-Ubuntu SMP Thu Nov 16 14:22:28 UTC 2023 x86_64 x86_64 x86_64 GNU/Linux',
      '5.8.0-63-generic',
      '4.15.0-213-generic',
      '6.8.0-45-generic',
      '7.0.0-14-generic',
    ],
    read: readUbuntu,
  },
  {
    name: 'Ubuntu for clouds',
    pattern: /^\d+\.\d+\.0-(1\d{3})-([a-z]+)/,
    examples: ['5.15.0-1041-aws', '5.4.0-1103-azure', '5.15.0-1054-gke', '6.8.0-1014-gcp', '4.15.0-1133-aws'],
    read: readUbuntuCloud,
  },
  {
    name: 'Debian 13',
    pattern: /^\d+\.\d+\.\d+\+deb\d+/,
    examples: ['6.12.43+deb13-amd64', '6.12.48+deb13+1-cloud-amd64'],
    read: readNumbered('Debian'),
  },
  {
    name: 'Debian 10 to 12',
    pattern:
      /^\d+\.\d+\.0-(\d+)-(?:cloud-|rt-)?(?:amd64|arm64|686(?:-pae)?|armmp(?:-lpae)?|ppc64el|s390x)(?:-unsigned)?$/,
    examples: [
      '5.10.0-28-amd64',
      'Linux node 5.10.0-28-amd64 #1 SMP Debian 5.10.209-2 (2024-01-31) x86_64 GNU/Linux',
      'Linux version 6.1.0-18-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)',
      '4.19.0-21-amd64',
    ],
    read: readDebian,
  },
  {
    name: 'Debian backports',
    pattern: /^\d+\.\d+\.0-0\.(?:deb\d+|bpo)\.(\d+)-/,
    examples: [
      '6.1.0-0.deb11.13-amd64',
      '5.10.0-0.deb10.16-amd64 #1 SMP Debian 5.10.127-2~bpo10+1 (2022-07-28)',
      '5.8.0-0.bpo.2-amd64',
    ],
    read: readDebian,
  },
  {
    name: 'Proxmox',
    pattern: /^\d+\.\d+\.\d+-\d+-pve$/,
    examples: ['5.15.107-2-pve', '6.8.12-4-pve', '5.4.203-1-pve'],
    read: (pasted) => {
      const [major, minor] = pasted.branch;
      const isReal = major > 5 || (major === 5 && minor >= 15);
      if (isReal) return readNumbered('Proxmox')(pasted);
      const how = `Ubuntu's sources under a number that is ${pasted.release.split('-')[0]} or later`;
      const tell = "the package's changelog (apt changelog)";
      return source('Proxmox', atLeastTree(pasted.branch, pasted.patch!), how, {
        confidence: 'memory',
        tell,
      });
    },
  },
];
