/** The effective scenario in the HTML report: what was simulated, every default filled in, and where each sysctl came from. */
import type { Result } from '../../measure/result.ts';
import { distributionWords } from '../../scenario/distribution.ts';
import { loadKindOf } from '../../scenario/loads/loads.ts';
import type { Client, Cpu, Node, Scenario, Service, TimelineAction } from '../../scenario/scenario.ts';
import { scenarioFile } from '../forms/scenario_file.ts';
import { duration, percent } from '../numbers.ts';
import { html, type Markup, words } from './html_markup.ts';

export function scenarioTables(result: Result): Markup {
  const { scenario } = result;
  return html`<section aria-labelledby="scenario">
<h2 id="scenario">What was simulated</h2>
<div class="wide"><table class="facts-table"><tbody>
${scenario.clients.map((client) => fact(`client ${client.name}`, clientText(client)))}
${scenario.services.map(
  (service) =>
    html`${fact(`service ${service.name}`, serviceText(service))}${service.realServers.map((server) =>
      fact(
        `real server ${server.address}`,
        `weight ${server.weight}, answers in ${distributionWords(server.serviceTime, time)} with ${server.responseBytes} bytes, ` +
          `${server.workers === 0 ? 'any number of requests at once' : `${server.workers} requests at once`}, backlog ${server.backlog}, ` +
          `${server.closesFirst} closes first${server.cpu === undefined ? '' : `; ${cpuText(server.cpu)}`}`,
      ),
    )}`,
)}
${fact('director', `kernel ${scenario.kernel}, HZ ${scenario.hz}, conntrack hooks ${scenario.conntrackHooks ? 'registered' : 'not registered'}`)}${scenario.node === undefined ? '' : fact('node', nodeText(scenario.node))}
${nodesFact(scenario)}
${fact('links', linkText('client side', scenario.links.clientSide) + '; ' + linkText('server side', scenario.links.serverSide))}
${scenario.events.map(({ at_ns, action }) => fact(`at ${time(at_ns)}`, actionText(action)))}
${fact('duration', `${time(scenario.duration_ns)}, a row of the series every ${time(scenario.interval_ns)}`)}
</tbody></table></div>
${sysctls(result)}
</section>`;
}

function nodesFact({ nodes = [], balancer }: Scenario): Markup | '' {
  if (nodes.length === 0) return '';
  const names = nodes.map(({ name, kernel, hz, sysctl }) => {
    const own = [
      ...(kernel === undefined ? [] : [`kernel ${kernel}`]),
      ...(hz === undefined ? [] : [`HZ ${hz}`]),
      ...Object.entries(sysctl).map(([key, value]) => `${key} = ${value}`),
    ];
    return own.length === 0 ? name : `${name} (${own.join(', ')})`;
  });
  const spread = balancer === 'turn' ? 'in turn' : 'by a hash of address and port';
  return fact(
    'nodes',
    `${names.join(', ')}; clients are spread over them ${spread} unless they say otherwise`,
  );
}

/** A duration for readers: `60 ms`, `100 µs`. */
function time(value_ns: number): string {
  return duration(value_ns)
    .replace('us', 'µs')
    .replace(/(?<=\d)(?=\p{L})/u, ' ');
}

function fact(name: string, text: string): Markup {
  return html`<tr><th scope="row">${name}</th><td>${words(text)}</td></tr>`;
}

function clientText(client: Client): string {
  const { load, addresses, ports, keepAlive, requests, start_ns } = client;
  const shown =
    addresses.length <= 4
      ? addresses.join(', ')
      : `${addresses.slice(0, 3).join(', ')} and ${addresses.length - 3} more`;
  return [
    `to ${client.to}`,
    `from ${shown}${client.via === undefined ? '' : ` through ${client.via}`}`,
    `ports ${ports[0]}–${ports[1]}${reservedText(client)}`,
    loadKindOf(load).words(load, time),
    keepAlive ? 'keep-alive' : 'a connection per request',
    requests === 0 ? '' : `${requests} requests`,
    start_ns === 0 ? '' : `from ${time(start_ns)} on`,
    `kernel ${client.kernel}, HZ ${client.hz}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function reservedText({ reservedPorts = [] }: Client): string {
  if (reservedPorts.length === 0) return '';
  return ` without ${reservedPorts.map(([first, last]) => `${first}–${last}`).join(', ')}`;
}

function serviceText(service: Service): string {
  if (service.path === 'direct')
    return `${service.address}, bypassed: clients talk to the first real server directly`;
  if (service.path === 'iptables' || service.path === 'nftables')
    return `${service.address}/${service.protocol}, DNAT by ${service.path} rules to a real server drawn at random`;
  if (service.path === 'ebpf')
    return `${service.address}/${service.protocol}, translated in connect() to a real server drawn at random`;
  const flags = service.schedulerFlags.length === 0 ? '' : ` (${service.schedulerFlags.join(', ')})`;
  const forward = { masq: 'masquerading', route: 'direct routing', tunnel: 'IPIP tunnel' }[service.forward];
  return [
    `${service.address}/${service.protocol}`,
    service.path === 'ipvs-bpf' ? 'ahead of conntrack' : '',
    `scheduler ${service.scheduler}${flags}`,
    forward,
    service.persistent_s === 0 ? '' : `persistent ${service.persistent_s} s`,
    service.onePacket ? 'one packet' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function cpuText({
  cores,
  cpuset,
  quota_ns,
  period_ns,
  perRequest,
  contextSwitch_ns,
  migration_ns,
}: Cpu): string {
  return [
    `${distributionWords(perRequest, time)} of CPU time a request`,
    cpuset === 0 ? `on ${cores} cores` : `pinned to ${cpuset} of ${cores} cores`,
    quota_ns === 0 ? '' : `${time(quota_ns)} in each ${time(period_ns)}`,
    `context switch ${time(contextSwitch_ns)}`,
    `migration ${time(migration_ns)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function nodeText({ payer, cores, ...costs }: Node): string {
  const stages = Object.entries(costs)
    .filter(([, cost_ns]) => cost_ns > 0)
    .map(([stage, cost_ns]) => `${stage.replace('_ns', '')} ${time(cost_ns)}`);
  const who = payer === 'node' ? `${cores} ${cores === 1 ? 'core' : 'cores'} of its own` : 'real servers';
  return `packets cost ${stages.join(', ') || 'nothing'}, paid for by ${who}`;
}

function linkText(
  name: string,
  { delay_ns, loss }: { readonly delay_ns: number; readonly loss: number },
): string {
  return `${name} ${time(delay_ns)} each way${loss === 0 ? '' : `, ${percent(loss)} lost`}`;
}

function actionText(action: TimelineAction): string {
  switch (action.kind) {
    case 'sysctl':
      return `${action.node === undefined ? '' : `${action.node}: `}${action.key} = ${action.value}`;
    case 'weight':
      return `weight of ${action.realServer} becomes ${action.weight}`;
    case 'add':
      return `real server ${action.realServer.address} is added`;
    case 'delete':
      return `real server ${action.realServer} is deleted`;
    case 'unplug':
      return `host ${action.address} is gone`;
    case 'plug':
      return `host ${action.address} is back`;
    case 'unplugNode':
      return `node ${action.node} is gone`;
    case 'plugNode':
      return `node ${action.node} is back`;
    case 'rebootNode':
      return `node ${action.node} reboots and is gone for ${time(action.boot_ns)}`;
    case 'terminatePod':
      return `pod ${action.address} is told to terminate`;
    case 'startPod':
      return `pod ${action.address} starts`;
    case 'unreadyPod':
      return `pod ${action.address} is no longer ready`;
    case 'readyPod':
      return `pod ${action.address} is ready again`;
    case 'controller':
      return `the controller${action.node === undefined ? '' : ` of ${action.node}`}: ${action.order}`;
  }
}

/** Those that somebody set come first: they are what makes this node this node. */
function sysctls({ scenario }: Result): Markup {
  const rows = Object.entries(scenario.sysctl).map(([key, value]) => {
    const origin = scenario.sysctlOrigin[key] ?? 'kernel default';
    return { key, value, origin, isSet: origin !== 'kernel default' };
  });
  rows.sort((a, b) => Number(b.isSet) - Number(a.isSet));
  return html`<h3>Sysctls at the start</h3>
<div class="wide"><table class="sysctls"><thead><tr><th scope="col">name</th><th scope="col" class="number">value</th><th scope="col">where from</th></tr></thead>
<tbody>${rows.map(({ key, value, origin, isSet }) => html`<tr class="${isSet ? 'set' : 'default'}"><td><code>${key}</code></td><td class="number">${String(value)}</td><td>${origin}</td></tr>`)}</tbody></table></div>`;
}

/** The whole of it as a file, from which the run can be made again even without the one that it came from. */
export function effectiveScenario({ scenario }: Result): Markup {
  const lines = scenarioFile(scenario).split('\n');
  return html`<details class="data"><summary>The scenario as a file, every default filled in: save it, and ipvsim runs it</summary>
<pre>${lines.map((line) => html`${line}\n`)}</pre>
</details>`;
}
