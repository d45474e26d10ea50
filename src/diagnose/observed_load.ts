/** What `import` takes for the load where packets or logs tell of each connection: those to one service, replayed. */
import type { Capture } from '../evidence/capture/capture.ts';
import type { ImportedTable } from '../import/ipvsadm.ts';
import { guessedAt, serviceAt } from '../import/mark_rules.ts';
import type { ImportedReplay } from '../import/replay_load.ts';
import type { ImportedLoad, ImportSource } from '../import/scenario_yaml.ts';
import { capturedLoad, servicesCalled, tableOf } from './captured_load.ts';
import type { ImportedEvidence } from './imported.ts';
import { loggedLoad, requestsIn, upstreamsOf } from './logged_load.ts';

/** What a scenario is to be made of, and what was ignored or assumed on the way, a line each. */
export interface Imported {
  readonly source: ImportSource;
  readonly notes: readonly string[];
}

export interface Observed {
  readonly captures: readonly Capture[];
  readonly logs: ImportedEvidence['logs'];
}

/** What was asked for comes before what was seen. */
export interface Asked {
  /** As `10.96.0.10:80` or with its protocol before it. */
  readonly service: string | undefined;
  readonly load: ImportedLoad | undefined;
}

export function withObserved(imported: Imported, { captures, logs }: Observed, asked: Asked): Imported {
  if (captures.length > 0) return withCapture(imported, captures, asked);
  if (logs.length > 0) return withLogs(imported, logs, asked);
  const { source, notes } = imported;
  return asked.load === undefined ? imported : { source: { ...source, load: asked.load }, notes };
}

/** The connections of the capture that has most of them, and the services that they went to where no table tells. */
function withCapture({ source, notes }: Imported, captures: readonly Capture[], asked: Asked): Imported {
  const [capture, ...others] = captures.toSorted((a, b) => b.flows.length - a.flows.length);
  const { file, flows, summary } = capture!;
  const called = servicesCalled(flows);
  const { table, service } = tableWith(source, called, asked.service);
  const load = service === undefined ? null : capturedLoad(flows, service, summary);
  const saw = [
    ...notes,
    `${file}: ${summary.packets} packets, ${flows.length} connections`,
    ...others.map((other) => `${other.file}: of captures, only ${file} is taken for the load`),
  ];
  if (load !== null) return withReplay({ source, notes: saw }, { table, service, load, file }, asked);
  const busiest = called.services.slice(0, 3).map(({ address }) => address);
  const why = busiest.length === 0 ? 'none began in it' : `they went to ${busiest.join(', ')}`;
  return withNone({ source: { ...source, table }, notes: saw }, `${file}: ${why}`, asked);
}

/** The connects that logs time, to the upstream that most of them name; to the service that is kept, where they name none. */
function withLogs({ source, notes }: Imported, logs: Observed['logs'], asked: Asked): Imported {
  const logged = requestsIn(logs.map(({ text }) => text).join('\n'));
  const upstreams = upstreamsOf(logged);
  // Whoever names the service of a log that does not needs no table besides.
  const named =
    upstreams.length > 0 || asked.service === undefined
      ? upstreams
      : [{ address: withoutProtocol(asked.service), connections: 0 }];
  const called = tableOf(named.map((each) => ({ ...each, servers: [] })));
  const { table, service } = tableWith(source, called, asked.service);
  const file = [...new Set(logs.map((log) => log.file))].join(', ');
  const isElsewhere = service === undefined && upstreams.length > 0;
  const load = isElsewhere ? null : loggedLoad(logged, service ?? null);
  if (load !== null) return withReplay({ source, notes }, { table, service, load, file }, asked);
  const went = upstreams.slice(0, 3).map(({ address }) => address);
  const why = isElsewhere
    ? `its requests went to ${went.join(', ')}, which is no service here`
    : 'a connection needs a line with a time and with upstream_connect_time or the like';
  return withNone({ source, notes }, `${file}: ${why}`, asked);
}

interface Replayable {
  readonly table: ImportedTable;
  /** The one that is kept; undefined where the table says which. */
  readonly service: string | undefined;
  readonly load: {
    readonly replay: ImportedReplay;
    readonly connections: number;
    readonly duration_s: number;
    readonly notes: readonly string[];
  };
  readonly file: string;
}

function withReplay(
  { source, notes }: Imported,
  { table, service, load, file }: Replayable,
  asked: Asked,
): Imported {
  const { replay, connections, duration_s } = load;
  const told = service === undefined ? null : serviceAt(table.services, service, 'tcp');
  const guessed = service === undefined || told !== null ? null : guessedAt(table.services, service);
  const answering = told ?? guessed;
  const kept = service === undefined ? table : { ...table, services: answering === null ? [] : [answering] };
  if (asked.load !== undefined)
    return withNone(
      { source: { ...source, table: kept }, notes },
      `the load is that of ${asked.load.from}`,
      asked,
    );
  const from = `${connections} connections${service === undefined ? '' : ` to ${service}`} in ${file}`;
  return {
    source: { ...source, table: kept, load: { replay, duration_s, from } },
    notes: [
      ...notes,
      `${from} are replayed`,
      ...(guessed === null
        ? []
        : [`${service}: taken for what is marked for ${guessed.address}; iptables-save -t mangle tells`]),
      ...load.notes,
    ],
  };
}

function withNone({ source, notes }: Imported, why: string, asked: Asked): Imported {
  return {
    source: asked.load === undefined ? source : { ...source, load: asked.load },
    notes: [...notes, `${why}: no connection is replayed`],
  };
}

/** The table of services, or where there is none what was called; and which of those that were called is kept. */
function tableWith(
  source: ImportSource,
  called: ImportedTable,
  wanted: string | undefined,
): { readonly table: ImportedTable; readonly service: string | undefined } {
  const table = source.table.services.length === 0 && source.cluster === undefined ? called : source.table;
  const known = [...table.services, ...(source.cluster?.table.services ?? [])];
  const service =
    wanted === undefined
      ? called.services.find(({ address }) => serviceAt(known, address, 'tcp') ?? guessedAt(known, address))
          ?.address
      : withoutProtocol(wanted);
  return { table, service };
}

function withoutProtocol(service: string): string {
  return service.replace(/^tcp:/u, '');
}
