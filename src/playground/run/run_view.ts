/** A run as the page has it so far: what the worker has told of it. */
import type { PortEvents, PortOwner } from '../../measure/port_events.ts';
import { type PortCells, PortMap, portCells } from '../../measure/port_map.ts';
import type { Result } from '../../measure/result.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { EventsPart, RunAnswer } from './messages.ts';

/** Columns that grow; a PortMap reads them while they do. */
class GrowingEvents implements PortEvents {
  readonly kinds: readonly string[];
  length = 0;
  at_ns = new Float64Array(1 << 16);
  port = new Uint16Array(1 << 16);
  what = new Uint8Array(1 << 16);
  timeout_ns = new Float64Array(1 << 16);

  constructor(kinds: readonly string[]) {
    this.kinds = kinds;
  }

  append(part: EventsPart): void {
    const length = this.length + part.at_ns.length;
    if (length > this.at_ns.length) this.#grow(2 * length);
    this.at_ns.set(part.at_ns, this.length);
    this.port.set(part.port, this.length);
    this.what.set(part.what, this.length);
    this.timeout_ns.set(part.timeout_ns, this.length);
    this.length = length;
  }

  #grow(capacity: number): void {
    const { at_ns, port, what, timeout_ns } = this;
    this.at_ns = new Float64Array(capacity);
    this.at_ns.set(at_ns);
    this.port = new Uint16Array(capacity);
    this.port.set(port);
    this.what = new Uint8Array(capacity);
    this.what.set(what);
    this.timeout_ns = new Float64Array(capacity);
    this.timeout_ns.set(timeout_ns);
  }
}

type Beginning = Extract<RunAnswer, { kind: 'begin' }>;

export class RunView {
  readonly scenario: Scenario;
  readonly owner: PortOwner;
  readonly owners: readonly PortOwner[];
  /** How many events the scenario's text has. */
  readonly ownEvents: number;
  readonly events: GrowingEvents;
  readonly map: PortMap;
  cells: PortCells;
  series: Result['series'] = {};
  /** How far it has been computed. */
  now_ns = 0;
  /** Null until it is over. */
  result: Result | null = null;

  constructor({ scenario, owner, owners, kinds, events }: Beginning) {
    this.scenario = scenario;
    this.owner = owner;
    this.owners = owners;
    this.ownEvents = events;
    this.events = new GrowingEvents(kinds);
    this.map = new PortMap(this.events);
    this.cells = portCells(this.events, owner.ports);
  }

  more(part: EventsPart, now_ns: number, series: Result['series']): void {
    this.events.append(part);
    this.now_ns = now_ns;
    this.series = series;
    this.cells = portCells(this.events, this.owner.ports);
  }

  end(part: EventsPart, result: Result): void {
    this.more(part, result.end_s * 1e9, result.series);
    this.result = result;
  }
}
