/** Every other distributor that a node is likely to run, most of them with the number of kernel.org in the release. */
import type { Branch } from './switches.ts';
import { type Pasted, rpmChangelog, type Source, type System, source } from './system.ts';
import { atLeastTree, frozenTree, type Known, type Tree, upstreamTree } from './tree.ts';

/** Those that build a release of kernel.org, with patches that do not touch IPVS, and call it by its number. */
function numbered(name: string, pattern: RegExp, examples: readonly string[], hz = 250): System {
  return {
    name,
    pattern,
    examples,
    read: (pasted) => {
      if (pasted.patch === null) return unknownSystem(pasted);
      const how = 'its release has the number of kernel.org';
      return source(name, upstreamTree(pasted.branch, pasted.patch), how, { confidence: 'memory', hz });
    },
  };
}

/** Those that stay at one number while patches are added. */
function frozen(system: string, branch: Branch, tell: string, known: Known = {}): Source {
  const how = `the number stays at ${branch.join('.')} while patches are added`;
  return source(system, frozenTree(branch, known), how, { confidence: 'memory', tell });
}

const EL_REPO = numbered('ELRepo', /\.elrepo\./, [
  '5.4.278-1.el7.elrepo.x86_64',
  '6.1.10-1.el8.elrepo.x86_64',
]);

const UEK: System = {
  name: 'Oracle Linux UEK',
  pattern: /\.el\d{1,2}uek/,
  examples: [
    '5.4.17-2136.300.7.el8uek.x86_64',
    '5.15.0-200.131.27.el9uek.x86_64',
    '6.12.0-100.28.2.el10uek.x86_64',
  ],
  read: ({ branch, patch }) => ({
    ...frozen('Oracle Linux UEK', branch, rpmChangelog('kernel-uek')),
    tree: { ...atLeastTree(branch, patch ?? 0), others: 'anything' },
  }),
};

/** SP1 of SLES 15 is 4.12.14, SP2 and SP3 5.3.18, SP4 and SP5 5.14.21, SP6 and SP7 6.4.0; SLES 16 is 6.12.0. */
const SUSE: System = {
  name: 'SLES and Leap',
  pattern:
    /^(4\.4\.(?:21|73|103|120|180)|4\.12\.14|5\.3\.18|5\.14\.21|6\.4\.0|6\.12\.0)-(?:lp)?\d+\.[\d.]*-?(?:default|preempt|azure|rt|64kb)$/,
  examples: [
    '5.3.18-150300.59.106-default',
    '4.12.14-197.99-default',
    '5.14.21-150500.55.52-default',
    '6.4.0-150600.23.33-default',
    '5.3.18-lp152.87-default',
    '6.12.0-160000.9-default',
  ],
  read: ({ branch }) => frozen('SUSE Linux Enterprise, Leap', branch, rpmChangelog('kernel-default')),
};

const ALIBABA: System = {
  name: 'Alibaba Cloud Linux',
  pattern: /^(?:4\.19|5\.10|6\.6)\.\d+-[\d.]+\.(?:al|an)\d/,
  examples: ['4.19.91-27.al7.x86_64', '5.10.134-16.1.al8.x86_64'],
  read: ({ branch, patch }) => {
    const tell = rpmChangelog('kernel');
    if (branch[0] === 4) return frozen('Alibaba Cloud Linux 2', branch, tell);
    const how = `Linux ${branch.join('.')}.${patch} with patches added`;
    const tree: Tree = {
      ...upstreamTree(branch, patch!),
      most: Number.POSITIVE_INFINITY,
      others: 'anything',
    };
    return source('Alibaba Cloud Linux 3', tree, how, { confidence: 'derived', tell });
  },
};

/** Its sysctl conn_reuse_old_conntrack, on by default, schedules anew where others drop; it is not modelled. */
const TENCENT: System = {
  name: 'TencentOS',
  pattern: /^(?:4\.14\.105|5\.4\.\d+)-19[-.]/,
  examples: ['5.4.119-19.0009.28', '4.14.105-19-0024', '5.4.119-19-0009.11'],
  read: ({ branch }) => ({
    ...frozen('TencentOS', branch, 'ls /proc/sys/net/ipv4/vs/conn_reuse_old_conntrack', {
      reuseDropsConfirmedOnly: null,
      nodestInAnyMode: null,
    }),
    how: 'it has a sysctl of its own, conn_reuse_old_conntrack, that spares the dropped SYN and is not modelled',
    confidence: 'seen',
  }),
};

const EULER: System = {
  name: 'openEuler, EulerOS',
  pattern: /\.oe\d|euleros/,
  examples: [
    '5.10.0-60.18.0.50.oe2203.x86_64',
    '4.19.90-2003.4.0.0036.oe1.x86_64',
    '6.6.0-28.0.0.34.oe2403.x86_64',
    '4.18.0-147.5.1.6.h579.eulerosv2r9.x86_64',
  ],
  read: ({ branch }) => frozen('openEuler, EulerOS', branch, rpmChangelog('kernel')),
};

const XEN: System = {
  name: 'XCP-ng, XenServer',
  pattern: /^4\.19\.0\+\d$/,
  examples: ['4.19.0+1'],
  read: ({ branch }) => frozen('XCP-ng, XenServer', branch, rpmChangelog('kernel')),
};

export const OTHER_SYSTEMS: readonly System[] = [
  EL_REPO,
  UEK,
  SUSE,
  ALIBABA,
  TENCENT,
  EULER,
  XEN,
  numbered('Amazon Linux', /\.amzn\d+/, [
    '4.14.336-257.562.amzn2.x86_64',
    '5.10.220-209.869.amzn2.x86_64',
    '6.1.94-99.176.amzn2023.x86_64',
  ]),
  numbered('Container-Optimized OS', /^\d+\.\d+\.[1-9]\d*\+$/, ['5.10.147+', '6.1.100+']),
  numbered('Flatcar, CoreOS', /-(?:flatcar|coreos)(?:-r\d+)?$/, ['6.1.90-flatcar', '5.15.158-flatcar']),
  numbered('Talos', /-talos$/, ['6.6.43-talos']),
  numbered('Fedora', /-\d+\.fc\d+/, ['6.8.9-300.fc40.x86_64'], 1000),
  numbered('Azure Linux, CBL-Mariner', /^\d+\.\d+\.\d+\.\d+-\d+\.(?:cm\d|azl\d)/, [
    '5.15.158.2-1.cm2',
    '6.6.57.1-7.azl3',
  ]),
  numbered('VMware Photon', /-\d+\.ph\d/, ['5.10.216-1.ph4', '6.1.90-1.ph5-esx']),
  numbered('openSUSE Tumbleweed', /^\d+\.\d+\.\d+-\d+-default$/, ['6.9.7-1-default']),
  numbered('Arch Linux', /-arch\d+-\d+$/, ['6.9.7-arch1-1'], 1000),
  numbered('Alpine or Arch Linux, long-term', /^\d+\.\d+\.\d+-\d+-(?:lts|virt)$/, [
    '6.6.34-0-lts',
    '6.6.34-1-virt',
  ]),
  numbered('Docker Desktop (LinuxKit)', /-linuxkit(?:-pr)?$/, ['5.15.49-linuxkit', '6.6.31-linuxkit']),
  numbered('WSL2', /^\d+\.\d+\.\d+\.\d+-microsoft-standard/, ['5.15.90.1-microsoft-standard-WSL2']),
  numbered('Raspberry Pi OS', /^\d+\.\d+\.\d+(?:-v\d\S*\+|\+rpt-\S+)$/, ['6.1.21-v8+', '6.6.31+rpt-rpi-v8']),
];

/** A candidate of kernel.org: `6.8.0-rc3+`. */
function candidate({ branch }: Pasted): Source {
  const how = `a candidate of Linux ${branch.join('.')}: what came with that may not be in`;
  const tree: Tree = { ...upstreamTree(branch, 0), isCandidate: true };
  return source('kernel.org', tree, how, { tell: 'git log in its source', confidence: 'derived' });
}

/** Whatever is behind a suffix that nobody knows: a .0 may be a name only, and a number may have stood still. */
export function unknownSystem({ branch, patch, release }: Pasted): Source {
  const suffix = release.replace(/^[\d.]+/, '');
  const how = `${suffix} is no suffix that is known: Linux ${branch.join('.')}.${patch ?? 0} or later`;
  const tell = 'the changelog of its package';
  const tree: Tree = { ...atLeastTree(branch, patch ?? 0), others: 'anything' };
  return source('an unknown distributor', tree, how, { tell, confidence: 'derived' });
}

export const KERNEL_ORG: readonly System[] = [
  {
    name: 'kernel.org',
    pattern: /^\d+\.\d+(?:\.\d+)?$/,
    examples: ['5.4', '5.4.0', '5.4.58', '3.10', '6.1.192', '7.2.13'],
    read: ({ branch, patch }) => {
      const how =
        patch === null ? `the first release of its branch, ${branch.join('.')}.0` : 'a release of kernel.org';
      return source('kernel.org', upstreamTree(branch, patch ?? 0), how);
    },
  },
  {
    name: 'a candidate of kernel.org',
    pattern: /^\d+\.\d+(?:\.\d+)?-rc\d/,
    examples: ['6.8.0-rc3+', '5.9-rc1', '6.1.0-rc8'],
    read: candidate,
  },
];
