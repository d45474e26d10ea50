/** What causes read in a saved result. */
import { expectKernel } from '../kernel/release/release.ts';
import type { Result } from '../measure/result.ts';
import type { DropReason } from '../measure/trace.ts';
import { controllerLayer } from '../scenario/controllers/controllers.ts';
import type { Scenario, Service, TimelineAction } from '../scenario/scenario.ts';
import { settingsAt } from '../scenario/sysctl.ts';
import type { Transport } from '../text/transport.ts';
import { boundNode } from './remedies/nodes.ts';

export interface Span {
  readonly from_s: number;
  readonly to_s: number;
}

export function drops({ drops: all }: Result, reason: DropReason): number {
  return all[reason] ?? 0;
}

export function errors({ errors: all }: Result, ...names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (all[name] ?? 0), 0);
}

/** Packets that nobody was there for behind the director. */
export function lostAtServers(result: Result): number {
  return drops(result, 'unreachable') - lostBeforeNodes(result);
}

/**
 * Packets that came to no node, because theirs was gone, or all were: those that no node has counted. Where hosts
 * behind the nodes are gone as well, packets that somebody's stack ignored are in doubt, and left out.
 */
export function lostBeforeNodes(result: Result): number {
  const { nodes } = result;
  const unreachable = drops(result, 'unreachable');
  if (nodes === undefined || !happens(result, 'unplugNode', 'rebootNode')) return 0;
  if (!losesServers(result.scenario)) return unreachable;
  const all = Object.values(result.drops).reduce((sum, each) => sum + each, 0);
  const counted = nodes.reduce((sum, { packets_dropped }) => sum + packets_dropped, 0);
  const elsewhere = ELSEWHERE.reduce((sum, reason) => sum + drops(result, reason), 0);
  return Math.min(unreachable, Math.max(0, all - counted - elsewhere));
}

/** What is dropped by links and hosts, or may be. */
const ELSEWHERE: readonly DropReason[] = ['link_loss', 'backlog_full', 'martian_source', 'local_silent'];

/** Whether some real server's address is gone for a time. */
function losesServers({ services, events }: Scenario): boolean {
  return (
    events.some(({ action }) => action.kind === 'unplug' || action.kind === 'terminatePod') ||
    services.some(({ realServers }) => realServers.some(({ pod }) => pod?.started === false))
  );
}

/** Whether a client asks one node only, and that one goes for a time. */
export function waitsForNode(scenario: Scenario): boolean {
  const gone = scenario.events.flatMap(({ action }) =>
    action.kind === 'unplugNode' || action.kind === 'rebootNode' ? [action.node] : [],
  );
  return scenario.clients.some((client) => gone.includes(boundNode(client, scenario) ?? ''));
}

/** From the first interval in which one of the columns counts something to the last; the whole run if none does. */
export function spanOf({ series, scenario }: Result, ...names: readonly string[]): Span {
  const interval_s = scenario.interval_ns / 1e9;
  const whole = { from_s: 0, to_s: scenario.duration_ns / 1e9 };
  const columns = names.flatMap((name) => (series[name] === undefined ? [] : [series[name]]));
  const rows = (series.time_s ?? []).flatMap((_, row) =>
    columns.some((values) => (values[row] ?? 0) > 0) ? [row] : [],
  );
  if (rows.length === 0) return whole;
  return { from_s: rows[0]! * interval_s, to_s: Math.min(whole.to_s, (rows.at(-1)! + 1) * interval_s) };
}

/** The same of dropped packets. */
export function dropSpan(result: Result, ...reasons: readonly DropReason[]): Span {
  return spanOf(result, ...reasons.map((reason) => `drops[${reason}]`));
}

/** The same of errors. */
export function errorSpan(result: Result, ...names: readonly string[]): Span {
  return spanOf(result, ...names.map((name) => `errors[${name}]`));
}

/**
 * The sysctl in force at an instant, changes on the scenario's timeline included; of several nodes at that one, or
 * the first.
 */
export function sysctlAt(
  { scenario }: Result,
  key: string,
  at_s: number,
  node = scenario.nodes?.[0]?.name,
): number | undefined {
  const { kernel, sysctl } = settingsAt(scenario, node);
  const controller = scenario.nodes?.find(({ name }) => name === node)?.controller ?? scenario.controller;
  const isController =
    controller !== undefined && key in controllerLayer(controller, expectKernel(kernel)).values;
  let value = sysctl[key];
  for (const { at_ns, action } of scenario.events) {
    if (at_ns > at_s * 1e9 || ('node' in action && action.node !== undefined && action.node !== node))
      continue;
    if (action.kind === 'sysctl' && action.key === key) value = action.value;
    // Settings begin anew with the node, and a controller that starts sets its own again.
    const starts = action.kind === 'controller' && action.order !== 'stop' && isController;
    if (starts || action.kind === 'rebootNode') value = sysctl[key];
  }
  return value;
}

/** Of several nodes those that drop packets from an instant on, the first of them first. */
export function droppingNodes({ scenario, series }: Result, from_s: number): string[] {
  const from = Math.floor((from_s * 1e9) / scenario.interval_ns);
  const found = (scenario.nodes ?? []).flatMap(({ name }) => {
    const values = series[`node.packets_dropped[${name}]`] ?? [];
    const row = values.findIndex((value, index) => index >= from && (value ?? 0) > 0);
    return row < 0 ? [] : [{ name, row }];
  });
  return found.sort((a, b) => a.row - b.row).map(({ name }) => name);
}

/** ` of node2`, or ` of node2 and 3 more nodes`; nothing where there is one only. */
export function ofNodes([first, ...others]: readonly string[]): string {
  if (first === undefined) return '';
  if (others.length === 0) return ` of ${first}`;
  return ` of ${first} and ${others.length} more ${others.length === 1 ? 'node' : 'nodes'}`;
}

/** Services that go through IPVS. */
export function ipvsServices({ scenario }: Result): readonly Service[] {
  return scenario.services.filter(({ path }) => path === 'ipvs' || path === 'ipvs-bpf');
}

/** The protocols that clients speak with services that go through IPVS. */
export function spokenThroughIpvs(result: Result): ReadonlySet<Transport> {
  const called = new Set(result.scenario.clients.map(({ to }) => to));
  return new Set(ipvsServices(result).flatMap(({ name, protocol }) => (called.has(name) ? [protocol] : [])));
}

/** Whether the timeline has one of these. */
export function happens({ scenario }: Result, ...kinds: readonly TimelineAction['kind'][]): boolean {
  return scenario.events.some(({ action }) => kinds.includes(action.kind));
}
