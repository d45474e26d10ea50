/**
 * From a scenario to its result: the whole program on one page. Touches no file, clock, terminal or
 * environment, and gives the same result for the same scenario, in any process and on any day.
 */
import { Estimators } from './kernel/ipvs/ip_vs_est.ts';
import { Recorder } from './measure/recorder.ts';
import { RESULT_SCHEMA, type Result } from './measure/result.ts';
import { scenarioHash } from './measure/scenario_hash.ts';
import type { Snapshot } from './measure/snapshot.ts';
import { emptySnapshot, takeSnapshot } from './measure/take_snapshot.ts';
import type { Endpoint } from './measure/trace.ts';
import { judge } from './measure/verdict.ts';
import { Cluster } from './network/cluster/cluster.ts';
import { mostAtOnce } from './network/most_at_once.ts';
import { Network } from './network/network.ts';
import type { RequestObserver } from './network/request_observer.ts';
import { Timeline } from './network/timeline.ts';
import type { TapFactory } from './network/topology.ts';
import type { Scenario } from './scenario/scenario.ts';
import { nodeSettings } from './scenario/sysctl.ts';
import { VERSION } from './version.ts';

export interface RunOptions {
  /** Makes an observer of packets and decisions; a run without one pays nothing for it. */
  readonly tap?: TapFactory;
  /** Where the run stands still to be looked at, if that is before its end. */
  readonly until_ns?: number | undefined;
  /** Makes an observer of requests, which hands on what it hears to `next`. */
  readonly requests?: (network: Network, next: RequestObserver) => RequestObserver;
}

/** A simulation under way. */
export interface Run {
  readonly scenario: Scenario;
  /** Runs about `eventBudget` events; true when the run is over. */
  advance(eventBudget: number): boolean;
  /** Runs to this instant, or to the end if that comes first. */
  advanceTo(at_ns: number): void;
  readonly now_ns: number;
  /** When it ends at the latest; with `until: idle` clients that have had all their requests end it earlier. */
  readonly end_ns: number;
  /** Whether it has ended with its last answer, as `until: idle` asks. */
  readonly isIdle: boolean;
  readonly events: number;
  /** The simulator's own work so far, the same for the same scenario: events, heap operations, hash probes. */
  work(): Readonly<Record<string, number>>;
  /** What has been measured so far; `interrupted` marks a run that was stopped by its user. */
  result(interrupted?: boolean): Result;
  /** The real server to which IPVS sends packets with that next hop, and its service. */
  realServer(nexthop: number): { readonly realServer: Endpoint; readonly service: Endpoint } | null;
  /** The director as it is now; of several nodes the one of that number, from 0. */
  snapshot(node?: number): Snapshot;
  /** How many entries there are: connections and conntracks, of all nodes. */
  readonly entries: number;
}

/** Prepares a run of the scenario; nothing has happened yet. */
export function createRun(scenario: Scenario, options: RunOptions = {}): Run {
  const end_ns = Math.min(options.until_ns ?? scenario.duration_ns, scenario.duration_ns);
  const network = new Network(scenario, options.tap ?? null);
  const { simulation, directors } = network.topology;
  simulation.mostAtOnce = mostAtOnce(scenario);
  const cluster = new Cluster(network, scenario);
  const recorder = new Recorder(network, scenario);
  if (options.requests !== undefined) network.clients.observer = options.requests(network, recorder);
  const estimators = directors.all.map((director) => new Estimators(simulation, director));
  new Timeline(simulation, scenario.events, (action) => cluster.apply(action));
  return {
    scenario,
    advance: (eventBudget) => simulation.advance(end_ns, eventBudget),
    advanceTo: (at_ns) => {
      simulation.advance(Math.min(at_ns, end_ns));
    },
    get now_ns() {
      return simulation.now_ns;
    },
    end_ns,
    get isIdle() {
      return simulation.isStopped;
    },
    get events() {
      return simulation.events;
    },
    work: () => ({
      events: simulation.events,
      heap_pushes: simulation.queue.pushes,
      heap_polls: simulation.queue.polls,
      packets: network.topology.packets,
      ipvs_probes: directors.sum(({ probes }) => probes.ipvs),
      conntrack_probes: directors.sum(({ probes }) => probes.conntrack),
    }),
    result: (interrupted = false) => {
      const result: Result = {
        schema: RESULT_SCHEMA,
        ipvsim: VERSION,
        scenarioHash: scenarioHash(scenario),
        interrupted,
        scenario,
        ...recorder.measured(),
        ...(cluster.refusals.length === 0 ? {} : { refusals: [...cluster.refusals] }),
      };
      return { ...result, expectations: judge(result, scenario.expect) };
    },
    realServer: (nexthop) => directors.realServer(nexthop),
    get entries() {
      return directors.sum(({ net }) => net.conns.count + net.conntracks.count);
    },
    snapshot: (node = 0) => {
      const director = directors.all[node];
      return director === undefined
        ? emptySnapshot(scenario, simulation.now_ns)
        : takeSnapshot(director, estimators[node]!, nodeSettings(scenario, node));
    },
  };
}

/** Runs the scenario to its end. */
export function simulate(scenario: Scenario, options: RunOptions = {}): Result {
  const run = createRun(scenario, options);
  run.advance(Number.POSITIVE_INFINITY);
  return run.result();
}
