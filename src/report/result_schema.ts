/**
 * The form of result.json: what is published as JSON Schema, and what a file must have to be reported anew.
 * Keys that a later version adds are let through; what a report reads must be there.
 */
import * as z from 'zod';
import { type CpuShares, type CpuTotals, RESULT_SCHEMA, type Result } from '../measure/result.ts';
import { count, figure, name, scenarioSchema } from './result_scenario_schema.ts';

const counts = () => z.record(name(), count());
const milliseconds = () => count();

const timesSchema = z.looseObject({
  min: milliseconds(),
  mean: milliseconds(),
  sd: milliseconds(),
  median: milliseconds(),
  max: milliseconds(),
  percentiles: z.record(name(), milliseconds()).describe('Percentile (50, 66, 75 ...) to milliseconds.'),
});

const totalsSchema = z.looseObject({
  complete: count().describe('Requests answered.'),
  failed: count().describe('Requests that ended with an error.'),
  seconds: count().describe(
    "Of the load: from the first client's start to the last answer, or to the end of the run.",
  ),
  rps: count().describe('Requests answered per second of that time.'),
  syn_dropped: count().describe('SYNs (of SCTP: INITs) that were dropped, by the director or elsewhere.'),
  packets_dropped: count().describe('Packets that were dropped, SYNs among them.'),
  syn_retransmitted: count().describe('SYNs (of SCTP: INITs) that clients sent again.'),
  port_reuses: count().describe("SYNs of new connections that met an older one's entry."),
  packets: count().describe('Packets that came to the director.'),
  connects: count().describe('Calls of connect(), however they ended.'),
  connects_failed: count().describe('Those that ended with an error.'),
  connections: count().describe('Connections made.'),
  response_bytes: count().describe('Bytes of all answers.'),
  paws_rejected: count()
    .optional()
    .describe(
      "Segments that real servers refused for their time stamp, in a TIME_WAIT's name; where there were any.",
    ),
  timewait_overflows: count()
    .optional()
    .describe('Connections that ended without TIME_WAIT, for tcpMaxTwBuckets; where there were any.'),
  longest_failure_s: count().optional().describe('The longest that a request took to fail, where some did.'),
});

const realServerSchema = z.looseObject({
  service: z.string(),
  address: z.string(),
  weight: count(),
  active_conn: count(),
  inact_conn: count(),
  connections: count(),
  requests: count(),
});

const cliffSchema = z.looseObject({
  first_drop_s: count().describe("When the first SYN was dropped for its old entry's sake."),
  connections_before: count().describe('Connections completed before that.'),
  rps_before: count(),
  rps_after: count().describe('While it lasted, like what follows: in all its phases together.'),
  connect_p50_before_ms: milliseconds(),
  connect_p50_after_ms: milliseconds(),
  slow_share: count().optional().describe('Of connects: those that took half a second or longer.'),
  entries: count().describe('Entries of the connection table at the first drop.'),
  recovery_s: count()
    .nullable()
    .describe('When requests were fast again, at the end of its first phase, if ever.'),
  phases: count().optional().describe('How many times it came, the first included.'),
  over_s: count()
    .nullable()
    .optional()
    .describe('When its last phase ended; null where it went on as the load or the run ended.'),
  reason: z.string(),
  kernelFunction: z.string(),
});

const verdictSchema = z.looseObject({
  expression: z.string(),
  line: count(),
  verdict: z.enum(['pass', 'fail', 'unknown']),
  measured: figure().nullable(),
  message: z.string(),
});

const CPU_SHARES = [
  'work',
  'network',
  'switches',
  'migrations',
  'computing',
  'downstream',
  'queued',
  'throttled',
  'throttled_periods',
  'cpu_ms_per_request',
] as const satisfies readonly (keyof CpuShares)[];

const CPU_TOTALS = [
  'requests',
  'work_ns',
  'network_ns',
  'switch_ns',
  'migration_ns',
  'downstream_ns',
  'queued_ns',
  'throttled_ns',
  'switches',
  'migrations',
  'nr_periods',
  'nr_throttled',
  'throttled_time_ns',
] as const satisfies readonly (keyof CpuTotals)[];

/** A count under each of these names. */
function counted<Name extends string>(names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, count()])) as Record<Name, ReturnType<typeof count>>;
}

const resultSchema = z.looseObject({
  schema: z.literal(RESULT_SCHEMA).describe('Number of this form; it grows when old readers would stumble.'),
  ipvsim: z.string().describe('Version that made the result.'),
  scenarioHash: z.string().describe('First 12 hex digits of a hash over the effective scenario.'),
  interrupted: z.boolean().describe('Whether the run was stopped before its end.'),
  scenario: scenarioSchema.describe('The effective scenario, defaults filled in; durations in nanoseconds.'),
  end_s: count().describe('Simulated seconds that the result covers.'),
  totals: totalsSchema,
  times_ms: z
    .looseObject({
      connect: timesSchema,
      request_connect: timesSchema,
      processing: timesSchema,
      waiting: timesSchema,
      total: timesSchema,
    })
    .describe("The rows of ab's table of connection times."),
  cliff: cliffSchema.nullable().describe('The fall from fast to slow, if there was one.'),
  refusals: z
    .array(
      z.looseObject({
        at_s: count(),
        service: z.string(),
        address: z.string(),
        kind: z.enum(['add', 'weight', 'delete']),
        node: z.string().optional(),
        reason: z.string(),
      }),
    )
    .optional()
    .describe('Events that could not be carried out, because a controller had changed the table.'),
  cpu: z
    .looseObject({
      realServers: z.array(
        z.looseObject({ service: z.string(), address: z.string(), ...counted(CPU_TOTALS) }),
      ),
      shares: z.looseObject(counted(CPU_SHARES)),
      node_busy_ns: count(),
    })
    .optional()
    .describe('What the CPUs of real servers did, where the scenario describes them.'),
  expectations: z.array(verdictSchema),
  drops: counts().describe('Packets dropped, by reason.'),
  errors: counts().describe("Failed requests, by the name of the client's errno."),
  realServers: z.array(realServerSchema).describe('Each real server at the end of the run.'),
  nodes: z
    .array(
      z.looseObject({
        name: z.string(),
        connections: count().describe('Connections that it has scheduled.'),
        entries: count().describe('Entries of its table.'),
        packets_dropped: count(),
        realServers: z.array(
          z.looseObject({
            service: z.string(),
            address: z.string(),
            weight: count().optional().describe('0 also where it is deleted.'),
            active_conn: count(),
            inact_conn: count(),
            connections: count(),
          }),
        ),
      }),
    )
    .optional()
    .describe('Each node at the end of the run, where the scenario has several.'),
  connect_ms_histogram: counts().describe('Connect time in whole milliseconds to the number of connections.'),
  request_connect_ms_histogram: counts().describe(
    'The same of answered requests, as ab counts: 0 on a connection that was there already.',
  ),
  total_ms_histogram: counts().describe('Request time in whole milliseconds to the number of requests.'),
  series: z
    .record(name(), z.array(figure().nullable()))
    .describe('Columns of series.csv: a value per interval, null where there is none.'),
});

/** Plain JSON, draft-07. */
export function resultJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(resultSchema, { target: 'draft-7', io: 'input' });
  return { $schema, title: 'ipvsim result', description: 'What a run of ipvsim measured.', ...schema };
}

/** A value as a result of the current form, or what is wrong with it. */
export function checkResult(value: unknown): Result | { readonly trouble: string } {
  const checked = resultSchema.safeParse(value);
  // Not what zod made of it, whose keys stand in another order.
  if (checked.success) return value as Result;
  const [issue] = checked.error.issues;
  return { trouble: `${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'not a result'}` };
}
