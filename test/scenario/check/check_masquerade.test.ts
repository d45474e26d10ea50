/** What is said of masquerading that cannot be. */
import { expect, it } from 'vitest';
import { parseScenario } from '../../../src/scenario/parse.ts';

/** `line: message (hint)` of every problem. */
function problems(top: string, service = ''): string[] {
  const text = `${top}
services:
  - {address: 10.96.0.1:80, ${service}realServers: [{address: 10.244.1.5:80}]}
clients: [{ concurrency: 5, addresses: 10.0.0.1 }]
`;
  return parseScenario(text, { file: 'test.yaml' }).problems.map(
    ({ line, message, hint }) => `${line}: ${message}${hint === null ? '' : ` (${hint})`}`,
  );
}

it.each<[string, string, string]>([
  [
    'masquerade: plian',
    '',
    '1: masquerade must be none, plain, random-fully or kube-proxy (got "plian") (did you mean plain?)',
  ],
  [
    'podRange: 10.244.0.0/16',
    '',
    '1: podRange says nothing while nobody is masqueraded (add masquerade: plain)',
  ],
  [
    'masquerade: plain\npodRange: 10.244.1.0/16',
    '',
    '2: podRange has bits beyond its length (got "10.244.1.0/16") (did you mean 10.244.0.0/16?)',
  ],
  [
    'masquerade: plain\nconntrackHooks: false',
    '',
    '1: masquerading is done by conntrack: it does not go with conntrackHooks: false',
  ],
  [
    'masquerade: plain',
    'forward: route, ',
    '3: answers to forward: route do not pass the node, so its clients cannot be masqueraded (use masq, or leave masquerade out)',
  ],
  [
    'masquerade: plain',
    'path: ebpf, ',
    '3: path ebpf does not pass the rules that masquerade (leave masquerade out)',
  ],
  [
    'masquerade: plain\nnodeAddress: 10.244.1.5',
    '',
    '2: nodeAddress 10.244.1.5 is the address of a real server too (give the node an address of its own)',
  ],
  [
    'masquerade: plain\nnodeAddress: 10.0.0.1',
    '',
    '2: nodeAddress 10.0.0.1 is the address of a client too (write onNode: true for a client on the node, or give one of them another address)',
  ],
  [
    'masquerade: plain\nnodeAddress: [172.18.0.2, 172.18.0.3]',
    '',
    '2: nodeAddress must be one of each family at most: there are two of IPv4',
  ],
  [
    'masquerade: plain\nnodeAddress: 172.18.0.2, fd00:18::2/64',
    '',
    '2: nodeAddress must be an address, like 10.0.0.1 or fd00::1 (got "172.18.0.2, fd00:18::2/64")',
  ],
  [
    'masquerade: plain\nnodeAddress: fd00:18::2',
    '',
    '2: nodeAddress fd00:18::2 is IPv6, service 10.96.0.1:80 IPv4 (for example nodeAddress: 172.18.0.2)',
  ],
  [
    'masquerade: plain\npodRange: [10.244.0.0/16, "fd00:244::/56"]',
    '',
    '2: fd00:244::/56 is IPv6, service 10.96.0.1:80 IPv4 (nobody is in it: write one of the family)',
  ],
])('%s %s', (top, service, problem) => {
  expect(problems(top, service)).toEqual([problem]);
});

it.each([
  ['1.15.12', 'plain'],
  ['1.16.0', 'random-fully'],
  ['1.33.0', 'random-fully'],
])('kube-proxy %s by itself: %s', (version, ports) => {
  const text = `
kernel: 5.4
kubernetes: ${version}
masquerade: kube-proxy
service: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:80" }] }
clients: [{ rate: 1/s }]`;
  expect(parseScenario(text, {}).scenario!.masquerade!.ports).toBe(ports);
  const without = parseScenario(text.replace(/kubernetes.*\n/, ''), {});
  expect(without.problems.map(({ hint }) => hint)).toEqual(['add kubernetes: 1.30.0, or say plain']);
});

it('rules of two kinds are refused; services share real servers', () => {
  const shared = (paths: readonly string[]) =>
    parseScenario(
      `masquerade: plain
services:
${paths.map((path, i) => `  - {address: 10.96.0.${i + 1}:80, path: ${path}, realServers: [{address: 10.244.1.5:80}]}`).join('\n')}
clients: [{ to: 10.96.0.1:80, concurrency: 5 }]
`,
      { file: 'test.yaml' },
    ).problems.map(({ message }) => message);
  expect(shared(['ipvs', 'ipvs'])).toEqual([]);
  expect(shared(['iptables', 'iptables'])).toEqual([]);
  expect(shared(['iptables', 'nftables'])).toContain(
    'a node has rules of one kind: another service has path iptables, this one nftables',
  );
});

it('what is said stands in the effective scenario, and nothing where nobody is masqueraded', () => {
  const effective = (top: string) =>
    parseScenario(
      `${top}\nservice: {address: 10.96.0.1:80, realServers: [{address: 10.244.1.5:80}]}\nclients: [{concurrency: 5}]`,
      { file: 'test.yaml' },
    ).scenario!.masquerade;
  expect(effective('masquerade: random-fully\npodRange: 10.0.0.0/8')).toEqual({
    ports: 'random-fully',
    nodeAddress: '172.18.0.2',
    podRange: '10.0.0.0/8',
  });
  expect(effective('masquerade: none')).toBeUndefined();
});

it.each([
  ['', []],
  ['masquerade: plain', []],
  ['forward: route', ['answers to forward: route go to the client in any case, who knows them']],
  ['path: direct', ['answers of path direct never pass the director']],
])('answers past the director beside "%s"', (line, messages) => {
  const top = line.startsWith('masquerade') ? line : '';
  const own = top === '' && line !== '' ? `, ${line}` : '';
  const text = `${top}
service: { address: "10.96.0.1:80"${own}, realServers: [{ address: "10.1.1.1:80", answers: client }] }
clients: [{ rate: 1/s }]`;
  const { problems } = parseScenario(text, { file: 'test.yaml' });
  expect(problems.map(({ message }) => message)).toEqual(messages);
});

it('in dual stack a node needs an address of each family that services have', () => {
  const text = (address: string) => `masquerade: plain
${address}
services:
  - {address: 10.96.0.1:80, realServers: [{address: 10.244.1.5:80}]}
  - {address: "[fd00:96::1]:80", realServers: [{address: "[fd00:244::5]:80"}]}
clients: [{ to: 10.96.0.1:80, concurrency: 5 }]`;
  const told = (address: string) =>
    parseScenario(text(address), {}).problems.map(
      ({ line, message, hint }) => `${line}: ${message} (${hint})`,
    );
  expect(told('')).toEqual([
    '1: nodeAddress 172.18.0.2 is IPv4, service [fd00:96::1]:80 IPv6 (for example nodeAddress: [172.18.0.2, "fd00:18::2"])',
  ]);
  expect(told('nodeAddress: fd00:18::9')).toEqual([
    '2: nodeAddress fd00:18::9 is IPv6, service 10.96.0.1:80 IPv4 (for example nodeAddress: [172.18.0.2, "fd00:18::9"])',
  ]);
  expect(told('nodeAddress: 172.18.0.2,fd00:18::2')).toEqual([]);
});
