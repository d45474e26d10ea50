/**
 * The effective scenario inside a result, as far as reports read it: kinds, forms and bounds of its values. Keys that a
 * later version adds are let through.
 */
import * as z from 'zod';
import { TRANSPORTS } from '../text/transport.ts';

/** What a number in a result can be: beyond that sums lose their last digit, or become infinite. */
const LARGEST = Number.MAX_SAFE_INTEGER;

export const count = () => z.number().min(0).max(LARGEST);
/** A key of a table of names; what every object of JavaScript has is no name of anything. */
export const name = () => z.string().refine((key) => !(key in Object.prototype), 'is no name');
/** A value that may be below zero. */
export const figure = () => z.number().min(-LARGEST).max(LARGEST);

const distribution = z.union([
  z.looseObject({ kind: z.literal('constant'), value_ns: count() }),
  z.looseObject({ kind: z.literal('exponential'), mean_ns: count() }),
  z.looseObject({ kind: z.literal('empirical'), values_ns: z.array(count()) }),
]);

const realServer = z.looseObject({
  address: z.string(),
  weight: count(),
  serviceTime: distribution,
  workers: count(),
  backlog: count(),
  closesFirst: z.string(),
  keepAliveRequests: count(),
  responseBytes: count(),
  pod: z.looseObject({}).optional(),
  cpu: z.looseObject({ perRequest: distribution }).optional(),
});

const service = z.looseObject({
  name: z.string(),
  address: z.string(),
  protocol: z.enum(TRANSPORTS),
  scheduler: z.string(),
  schedulerFlags: z.array(z.string()),
  forward: z.string(),
  persistent_s: count(),
  persistentNetmask: z.union([z.string(), z.int()]).optional(),
  onePacket: z.boolean(),
  path: z.string(),
  realServers: z.array(realServer),
});

const load = z.union([
  z.looseObject({ kind: z.literal('closed'), concurrency: count(), think: distribution }),
  z.looseObject({ kind: z.literal('open'), rate_per_s: count(), arrivals: z.string() }),
  z.looseObject({ kind: z.literal('probe'), port: count(), every_ns: count() }),
  z.looseObject({
    kind: z.literal('replay'),
    rows: z.string(),
    connections: count(),
    requests: count(),
    last_ns: count(),
    hasAddresses: z.boolean(),
  }),
]);

const client = z.looseObject({
  name: z.string(),
  to: z.string(),
  addresses: z.array(z.string()).min(1),
  kernel: z.string(),
  hz: count(),
  ports: z.tuple([count(), count()]),
  start_ns: count(),
  requests: count(),
  keepAlive: z.boolean(),
  requestBytes: count(),
  load,
  synRetries: count(),
});

const action = z.union([
  z.looseObject({ kind: z.literal('sysctl'), key: z.string(), value: figure(), node: z.string().optional() }),
  z.looseObject({ kind: z.literal('weight'), service: z.string(), realServer: z.string(), weight: count() }),
  z.looseObject({ kind: z.literal('add'), service: z.string(), realServer }),
  z.looseObject({ kind: z.literal('delete'), service: z.string(), realServer: z.string() }),
  z.looseObject({ kind: z.literal('controller'), order: z.string(), node: z.string().optional() }),
  z.looseObject({ kind: z.enum(['unplugNode', 'plugNode']), node: z.string() }),
  z.looseObject({ kind: z.literal('rebootNode'), node: z.string(), boot_ns: count() }),
  z.looseObject({
    kind: z.enum(['unplug', 'plug', 'terminatePod', 'startPod', 'unreadyPod', 'readyPod']),
    address: z.string(),
  }),
]);

const controller = z.looseObject({ kind: z.string(), version: z.string().optional() });

const link = z.looseObject({ delay_ns: count(), loss: count() });

export const scenarioSchema = z.looseObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  seed: z.string(),
  duration_ns: count(),
  until: z.string().optional(),
  interval_ns: z.number().min(1).max(LARGEST),
  kernel: z.string(),
  hz: z.number().min(1).max(LARGEST),
  conntrackHooks: z.boolean(),
  sysctl: z.record(name(), figure()),
  sysctlOrigin: z.record(name(), z.string()).describe('Where each value comes from.'),
  controller: controller.optional(),
  node: z.looseObject({ cores: count(), payer: z.string() }).optional(),
  nodes: z
    .array(
      z.looseObject({
        name: z.string(),
        kernel: z.string().optional(),
        hz: z.number().min(1).max(LARGEST).optional(),
        controller: controller.optional(),
        sysctl: z.record(name(), figure()),
      }),
    )
    .optional(),
  balancer: z.enum(['hash', 'turn']).optional(),
  services: z.array(service),
  clients: z.array(client),
  links: z.looseObject({ clientSide: link, serverSide: link }),
  events: z.array(z.looseObject({ at_ns: count(), action })),
  expect: z.array(z.looseObject({ expression: z.string(), line: count() })),
});
