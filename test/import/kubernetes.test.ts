/** Objects as kubectl prints them: documents, lists, JSON; what kube-proxy makes of them, and what has no place. */
import { describe, expect, test } from 'vitest';
import { readKubernetes } from '../../src/import/kubernetes.ts';
import { isKubernetes, readObjects } from '../../src/import/kubernetes_objects.ts';
import { scenarioFrom } from '../../src/import/scenario_yaml.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  clusterIP: 10.96.0.10
  externalIPs: [192.0.2.9]
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: 8080, nodePort: 30080}
    - {name: dns, port: 53, protocol: UDP}
    - {name: sig, port: 99, protocol: SCTP}
`;
const SLICE = `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: web-abc
  namespace: shop
  labels:
    kubernetes.io/service-name: web
addressType: IPv4
ports:
  - {name: http, port: 8080, protocol: TCP}
endpoints:
  - addresses: [10.244.1.5]
    conditions: {ready: true}
    nodeName: node-7
  - addresses: [10.244.1.6]
    nodeName: node-8
  - addresses: [10.244.1.7]
    conditions: {ready: false, terminating: true}
`;
const POD = (name: string, ip: string, ready = 'True') => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop, labels: {app: web}}
spec:
  nodeName: node-7
  terminationGracePeriodSeconds: 60
  containers:
    - name: web
      ports: [{name: http, containerPort: 8080}]
status:
  podIP: ${ip}
  conditions: [{type: Ready, status: "${ready}"}]
`;
const NODE = `apiVersion: v1
kind: Node
metadata: {name: node-7}
status:
  addresses: [{type: Hostname, address: node-7}, {type: InternalIP, address: 172.20.0.7}]
  nodeInfo: {kernelVersion: 3.10.0-1127.el7.x86_64, kubeletVersion: v1.19.12, kubeProxyVersion: v1.19.12}
`;
const PROXY = `apiVersion: v1
kind: ConfigMap
metadata: {name: kube-proxy, namespace: kube-system}
data:
  config.conf: |-
    apiVersion: kubeproxy.config.k8s.io/v1alpha1
    kind: KubeProxyConfiguration
    clusterCIDR: 10.244.0.0/16
    mode: ipvs
    ipvs:
      scheduler: wlc
      strictARP: true
      tcpTimeout: 15m0s
      tcpFinTimeout: 0s
      udpTimeout: 1h
  kubeconfig.conf: |-
    apiVersion: v1
`;
const BOMB = Array.from({ length: 9 }, (_, level) => {
  const item = level === 0 ? 'x' : `*a${level - 1}`;
  return `a${level}: &a${level} [${Array(9).fill(item).join(',')}]`;
}).join('\n');
const documents = (...objects: readonly string[]) => objects.join('---\n');

describe('objects', () => {
  const kinds = (text: string) => readObjects(text).objects.map(({ kind, line }) => [kind, line]);

  test('of several documents, each with its line', () => {
    expect(kinds(documents(SERVICE, SLICE))).toEqual([
      ['Service', 1],
      ['EndpointSlice', 18],
    ]);
  });

  test("of kubectl's lists, as YAML and as JSON", () => {
    const item = SERVICE.trimEnd().replaceAll('\n', '\n  ');
    const list = `apiVersion: v1\nitems:\n- ${item}\n- ${item}\nkind: List\nmetadata:\n  resourceVersion: ""\n`;
    expect(kinds(list)).toEqual([
      ['Service', 3],
      ['Service', 19],
    ]);
    const json = { apiVersion: 'v1', kind: 'List', items: [{ kind: 'Service' }, { kind: 'Secret' }] };
    expect(kinds(JSON.stringify(json))).toEqual([['Service', 1]]);
    expect(kinds(`\n${JSON.stringify(json, null, 2)}`)).toEqual([['Service', 2]]);
  });

  test('one that is damaged hurts no other', () => {
    const { objects, ignored } = readObjects(documents('kind: Pod\nspec: [\n', SERVICE, 'kind: Secret\n'));
    expect(objects.map(({ kind }) => kind)).toEqual(['Service']);
    expect(ignored).toHaveLength(1);
    expect(ignored[0]).toMatch(/^line [23]: Pod: /);
  });

  test.each([
    ['{"kind": "List", "items": [', 'no JSON'],
    [`kind: Pod\nspec: ${'['.repeat(100_000)}`, 'Pod: '],
    [`kind: Pod\n${BOMB}`, 'Pod: '],
    [`kind: Pod\nspec: ${'x'.repeat(2_000_000)}`, 'longer than'],
  ])('hostile text is refused in words: %#', (text, why) => {
    const { objects, ignored } = readObjects(text);
    expect(objects).toEqual([]);
    expect(ignored[0]).toContain(why);
  });

  test('are told from other texts', () => {
    expect(isKubernetes(SERVICE)).toBe(true);
    expect(isKubernetes('{"kind": "List"}')).toBe(true);
    expect(isKubernetes('TCP  10.96.0.10:80 rr\n')).toBe(false);
    expect(isKubernetes('{"latency": 3}')).toBe(false);
  });
});

describe('dual stack', () => {
  const DUAL = SERVICE.replace(
    'clusterIP: 10.96.0.10',
    'clusterIP: 10.96.0.10\n  clusterIPs: [10.96.0.10, "FD00:96::0:10"]',
  )
    .replace('[192.0.2.9]', '[192.0.2.9, "2001:db8::9"]')
    .replace(
      '  sessionAffinity: ClientIP\n',
      '  ipFamilies: [IPv4, IPv6]\n  ipFamilyPolicy: RequireDualStack\n',
    );
  const SLICE6 = SLICE.replace('web-abc', 'web-def')
    .replace('addressType: IPv4', 'addressType: IPv6')
    .replace(/10\.244\.1\.(\d)/gu, '"fd00:244::$1"');
  const NODE6 = NODE.replace('172.20.0.7}]', '172.20.0.7}, {type: InternalIP, address: "fd00:20::7"}]');
  const PROXY6 = PROXY.replace('10.244.0.0/16', '10.244.0.0/16,fd00:244::/56');
  const given = (...objects: readonly string[]) => readKubernetes([documents(...objects)]);
  const source = (service: string | undefined, ...objects: readonly string[]) => ({
    table: { services: [], ignored: [] },
    sysctls: { values: new Map<string, string>(), ignored: [] },
    cluster: given(...objects),
    service,
    schema: '',
  });

  test('a service of each family, with its own endpoints and ways in', () => {
    const { table, nodeAddresses, proxy } = given(DUAL, SLICE, SLICE6, NODE6, PROXY6);
    const tcp = table.services.filter(({ protocol }) => protocol === 'tcp');
    expect(tcp).toMatchObject([
      { address: '10.96.0.10:80', outside: { nodePort: 30080, externalIPs: ['192.0.2.9'] } },
      { address: '[fd00:96::10]:80', outside: { nodePort: 30080, externalIPs: ['2001:db8::9'] } },
    ]);
    expect(
      tcp.map(({ realServers }) => realServers.map(({ address, isLocal }) => [address, isLocal])),
    ).toEqual([
      [
        ['10.244.1.5:8080', true],
        ['10.244.1.6:8080', false],
      ],
      [
        ['[fd00:244::5]:8080', true],
        ['[fd00:244::6]:8080', false],
      ],
    ]);
    expect(nodeAddresses).toEqual(['172.20.0.7', 'fd00:20::7']);
    expect(proxy.podRanges).toEqual(['10.244.0.0/16', 'fd00:244::/56']);
  });

  test.each([
    ['10.96.0.10:80', '10.96.0.10:80', '172.20.0.7', '10.244.0.0/16'],
    ['[fd00:96::10]:80', '[fd00:96::10]:80', 'fd00:20::7', 'fd00:244::/56'],
  ])('--service %s: a scenario of that family alone', (service, address, nodeAddress, podRange) => {
    const { yaml } = scenarioFrom(source(service, DUAL, SLICE, SLICE6, NODE6, PROXY6))!;
    const { scenario, problems } = parseScenario(yaml);
    expect(problems).toEqual([]);
    expect(scenario!.masquerade).toMatchObject({ nodeAddress, podRange });
    expect(scenario!.services[0]!.address).toBe(address);
    expect(scenario!.services).toHaveLength(3);
  });

  test('both families in one scenario, each with a client', () => {
    const { yaml, notes } = scenarioFrom(source(undefined, DUAL, SLICE, SLICE6, NODE6, PROXY6))!;
    const { scenario, problems } = parseScenario(yaml, {
      set: ['duration=2s', 'clients.0.concurrency=2', 'clients.1.concurrency=2'],
    });
    expect(problems).toEqual([]);
    expect(scenario!.masquerade).toMatchObject({
      nodeAddress: ['172.20.0.7', 'fd00:20::7'],
      podRange: ['10.244.0.0/16', 'fd00:244::/56'],
    });
    expect(scenario!.clients).toMatchObject([
      { name: 'client4', to: '10.96.0.10:80', addresses: ['192.0.2.1'] },
      { name: 'client6', to: '[fd00:96::10]:80', addresses: ['2001:db8::1'] },
    ]);
    expect(scenario!.services.map(({ address }) => address)).toEqual([
      '10.96.0.10:80',
      '172.20.0.7:30080',
      '192.0.2.9:80',
      '[fd00:96::10]:80',
      '[fd00:20::7]:30080',
      '[2001:db8::9]:80',
    ]);
    expect(notes.join('\n')).toContain(
      '[fd00:96::10]:80 is the same Service in the other family: both were kept',
    );
    const { totals, realServers } = simulate(scenario!);
    expect(totals.failed).toBe(0);
    const busy = realServers.filter(({ requests }) => requests > 0);
    expect(new Set(busy.map(({ service }) => service))).toEqual(
      new Set(['10.96.0.10:80', '[fd00:96::10]:80']),
    );
    // What is asked of one service is about that one.
    const load = { rate_per_s: 10, from: 'a test' };
    const alone = scenarioFrom({ ...source(undefined, DUAL, SLICE, SLICE6, NODE6, PROXY6), load })!;
    expect(parseScenario(alone.yaml).scenario!.clients).toHaveLength(1);
  });

  test('an address of a family that the node does not tell is assumed', () => {
    const { yaml } = scenarioFrom(source(undefined, DUAL, SLICE, SLICE6, NODE, PROXY6))!;
    expect(yaml).toContain('nodeAddress: [172.20.0.7, "fd00:18::2"]     # assumed');
    expect(parseScenario(yaml).problems).toEqual([]);
  });

  test('an IPv6 address of the node is assumed where the node was not handed in', () => {
    const release =
      'kind: Pod\nmetadata: {name: kube-proxy}\nspec: {containers: [{image: "a/kube-proxy:v1.30.1"}]}\n';
    const { yaml } = scenarioFrom(source('[fd00:96::10]:80', DUAL, SLICE6, PROXY6, release))!;
    expect(yaml).toContain('nodeAddress: fd00:18::2     # assumed');
    expect(parseScenario(yaml).problems).toEqual([]);
  });

  test('pods have an address of each family', () => {
    const pod = POD('a', '10.244.1.5').replace(
      'podIP: 10.244.1.5',
      'podIP: 10.244.1.5\n  podIPs: [{ip: 10.244.1.5}, {ip: "fd00:244::5"}]',
    );
    const { table } = given(DUAL, pod);
    expect(table.services.filter(({ protocol }) => protocol === 'tcp')).toMatchObject([
      { realServers: [{ address: '10.244.1.5:8080', gracePeriod_s: 60 }] },
      { realServers: [{ address: '[fd00:244::5]:8080', gracePeriod_s: 60 }] },
    ]);
  });

  test('a slice that is empty says that there are none', () => {
    const empty = SLICE6.slice(0, SLICE6.indexOf('endpoints:'));
    const { table } = given(DUAL, SLICE, `${empty}endpoints: []\n`);
    expect(table.services.find(({ address }) => address === '[fd00:96::10]:80')).toMatchObject({
      realServers: [],
    });
  });

  test('a family that was not handed in is not a service without real servers', () => {
    const old = `kind: Endpoints
metadata: {name: web, namespace: shop}
subsets: [{addresses: [{ip: 10.244.1.5}], ports: [{name: http, port: 8080}]}]
`;
    for (const known of [old, SLICE]) {
      const { table } = given(DUAL, known);
      expect(table.services.map(({ address }) => address)).not.toContain('[fd00:96::10]:80');
      expect(table.ignored.join('\n')).toContain(
        '[fd00:96::10]:80: only endpoints of the other family are here',
      );
    }
  });

  test('a cluster of IPv6 alone', () => {
    const six = SERVICE.replace('clusterIP: 10.96.0.10', 'clusterIP: "fd00:96::10"').replace(
      '192.0.2.9',
      '"2001:db8::9"',
    );
    const { yaml } = scenarioFrom(
      source(undefined, six, SLICE6, NODE6.replace('{type: InternalIP, address: 172.20.0.7}, ', ''), PROXY6),
    )!;
    const { scenario, problems } = parseScenario(yaml);
    expect(problems).toEqual([]);
    expect(scenario!.services.map(({ address }) => address)).toEqual([
      '[fd00:96::10]:80',
      '[fd00:20::7]:30080',
      '[2001:db8::9]:80',
    ]);
    expect(scenario!.services[0]!.persistent_s).toBe(10_800);
  });
});

describe('what kube-proxy makes of them', () => {
  const cluster = readKubernetes([documents(SERVICE, SLICE, NODE, PROXY)]);

  test('services with ready endpoints, affinity, the scheduler, and the ways in from outside', () => {
    expect(cluster.table.services).toMatchObject([
      {
        protocol: 'tcp',
        address: '10.96.0.10:80',
        scheduler: 'wlc',
        persistent_s: 10800,
        realServers: [
          { address: '10.244.1.5:8080', isLocal: true },
          { address: '10.244.1.6:8080', isLocal: false },
        ],
        outside: { nodePort: 30080, externalIPs: ['192.0.2.9'], loadBalancerIPs: [], isLocal: true },
      },
      { protocol: 'udp', address: '10.96.0.10:53', realServers: [] },
      { protocol: 'sctp', address: '10.96.0.10:99', realServers: [] },
    ]);
  });

  test("its own settings, the node's kernel and release", () => {
    expect(cluster).toMatchObject({
      release: { value: '1.19.12' },
      kernel: { value: '3.10.0-1127.el7.x86_64' },
      proxy: { mode: 'ipvs', podRanges: ['10.244.0.0/16'] },
      nodeAddresses: ['172.20.0.7'],
    });
    expect([...cluster.proxy.sysctls]).toEqual([
      ['net.ipv4.vs.timeout.tcp', '900'],
      ['net.ipv4.vs.timeout.udp', '3600'],
    ]);
  });

  test('what has no place is named', () => {
    expect(cluster.table.ignored.join('\n')).toMatch(/strictARP: true: makes no difference here/);
  });

  test('without endpoints the pods that are ready and selected, with their grace', () => {
    const { table } = readKubernetes([
      documents(SERVICE, POD('a', '10.244.1.5'), POD('b', '10.244.1.6', 'False')),
    ]);
    expect(table.services[0]!.realServers).toMatchObject([{ address: '10.244.1.5:8080', gracePeriod_s: 60 }]);
  });

  test('Endpoints of old clusters', () => {
    const old = `kind: Endpoints
metadata: {name: web, namespace: shop}
subsets:
  - addresses: [{ip: 10.244.1.5, nodeName: node-7}]
    notReadyAddresses: [{ip: 10.244.1.6}]
    ports: [{name: http, port: 8080}]
`;
    const { table } = readKubernetes([SERVICE, old]);
    expect(table.services[0]!.realServers).toMatchObject([{ address: '10.244.1.5:8080' }]);
  });

  test.each([
    ['type: ExternalName', 'ExternalName is for DNS alone'],
    ['clusterIP: None', 'headless: its clients connect to the pods'],
    ['clusterIP: "ff02::1"\n  ports: [{port: 80}]', 'ff00::/8 is multicast'],
    ['ports: [{port: 80}]', 'it has no clusterIP'],
  ])('a service with %s is named', (spec, why) => {
    const { table } = readKubernetes([`kind: Service\nmetadata: {name: a}\nspec:\n  ${spec}\n`]);
    expect(table.services).toEqual([]);
    expect(table.ignored[0]).toContain(`Service default/a`);
    expect(table.ignored[0]).toContain(why);
  });

  test('objects of any shape are no trouble', () => {
    for (const spec of [
      '[]',
      '3',
      '{ports: 3}',
      '{ports: [3]}',
      '{clusterIP: [], ports: [{}]}',
      '{selector: 3}',
    ])
      expect(readKubernetes([`kind: Service\nmetadata: []\nspec: ${spec}\n`]).table.services).toEqual([]);
    expect(
      readKubernetes(['kind: ConfigMap\ndata: {config.conf: "KubeProxyConfiguration: ["}']).proxy.mode,
    ).toBeNull();
  });
});

test('a slice that kubectl prints alone has its endpoints in the first column', () => {
  const service =
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  clusterIP: 10.96.7.1\n  ports:\n  - port: 80\n';
  const slice =
    'addressType: IPv4\napiVersion: discovery.k8s.io/v1\nendpoints:\n- addresses:\n  - 10.244.1.5\n  conditions:\n    ready: true\n' +
    'kind: EndpointSlice\nmetadata:\n  labels:\n    kubernetes.io/service-name: web\n  name: web-1\nports:\n- name: ""\n  port: 8080\n  protocol: TCP\n';
  const endpoints =
    'apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: web\nsubsets:\n- addresses:\n  - ip: 10.244.1.5\n  ports:\n  - port: 8080\n    protocol: TCP\n';
  for (const each of [slice, endpoints]) {
    const { table } = readKubernetes([`${service}---\n${each}`]);
    expect(table.services[0]!.realServers.map(({ address }) => address)).toEqual(['10.244.1.5:8080']);
  }
});
