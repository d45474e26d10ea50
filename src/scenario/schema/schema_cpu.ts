/** Keys about processors: those that answer requests (`cpu` of a real server) and those that forward packets (`node`). */
import * as z from 'zod';
import { oneOf } from '../plain_values.ts';
import type { Cpu, Node } from '../scenario.ts';
import { distribution, duration, reads, whole } from './schema_parts.ts';

/** Kernel limits of a period: min_cfs_quota_period, max_cfs_quota_period (v5.4, kernel/sched/core.c). */
const PERIOD = ['1ms', '1s'] as const;

/**
 * By the figures of the commit "IPVS: Allow boot time change of hash size": with a million entries and 120 000 packets/s,
 * ip_vs_conn_in_get() took 42.4 % of 30 to 35 % of the processor with 4096 buckets; taken for one processor that is 1.15 us a
 * packet, in which a lookup passes 122 entries. Deviation: one that misses the cache takes several times as long.
 */
const CHAIN_STEP_NS = 10;

const cost = (meaning: string) => duration('0s', '10ms').prefault('0s').describe(meaning);

export function cpuSchema(): z.ZodType<Cpu, unknown> {
  return z
    .strictObject({
      cores: whole(1, 1024).describe('Cores of its host.'),
      cpuset: whole(1, 1024)
        .optional()
        .describe('Pinned to so many of them, as by `docker run --cpuset-cpus`; default: it may run on all.'),
      quota: duration('1ms', '1024s')
        .optional()
        .describe(
          'CPU time for each period, as by `--cpu-quota` or a limit of Kubernetes; default: no limit.',
        ),
      period: duration(...PERIOD)
        .prefault('100ms')
        .describe('Length of a period of the quota.'),
      slice: duration('1ms', '1s')
        .prefault('5ms')
        .describe('What a core takes from the quota at a time: sched_cfs_bandwidth_slice_us.'),
      perRequest: distribution().describe(
        'CPU time of a request, half of it before and half after what it waits for.',
      ),
      perConnection: cost(
        'CPU time of a connection besides its requests (accept(), a socket, close()), before its first one.',
      ),
      contextSwitch: cost('CPU time lost when a core turns to another thread.'),
      migration: cost('CPU time lost when a thread goes on, on another core than before.'),
    })
    .transform(
      ({
        cores,
        cpuset,
        quota,
        period,
        slice,
        perRequest,
        perConnection,
        contextSwitch,
        migration,
      }): Cpu => ({
        cores,
        cpuset: cpuset ?? 0,
        quota_ns: quota ?? 0,
        period_ns: period,
        slice_ns: slice,
        perRequest,
        ...(perConnection === 0 ? {} : { perConnection_ns: perConnection }),
        contextSwitch_ns: contextSwitch,
        migration_ns: migration,
      }),
    );
}

export const nodeSchema: z.ZodType<Node, unknown> = z
  .strictObject({
    cores: whole(1, 1024)
      .prefault(1)
      .describe('Cores that forward packets, where the node pays; a flow keeps to one.'),
    payer: reads(oneOf(['node', 'realServer']), { type: 'string', enum: ['node', 'realServer'] })
      .prefault('node')
      .describe(
        'Whose CPU time packets cost: cores of their own, or the real server they are for, in whose context softirqs run.',
      ),
    forward: cost('Cost of each packet: routing, and hooks with nothing in them.'),
    pod: cost('Cost of each packet to or from a pod with its own network: veth pair, bridge, overlay.'),
    conntrack: cost('Cost of each packet that conntrack looks at.'),
    ipvs: cost("Cost of each packet that IPVS's hooks forward."),
    ipvsChain: duration('0s', '1ms')
      .optional()
      .describe(
        'Cost of each entry that a lookup in the connection table passes before its own: half a chain on average, and a chain is as long as there are entries to a bucket (net.ipv4.vs.conn_tab_bits). Default: 10ns where ipvs is given.',
      ),
    nat: cost('Cost of each packet that conntrack translates (path iptables).'),
    rules: cost('Cost of the walk through the rules, for the first packet of a connection (path iptables).'),
    connect: cost('Cost of choosing a backend in connect(), for each connection (path ebpf).'),
  })
  .transform(
    ({ cores, payer, forward, pod, conntrack, ipvs, ipvsChain, nat, rules, connect }): Node => ({
      cores,
      payer,
      forward_ns: forward,
      pod_ns: pod,
      conntrack_ns: conntrack,
      ipvs_ns: ipvs,
      ipvsChain_ns: ipvsChain ?? (ipvs === 0 ? 0 : CHAIN_STEP_NS),
      nat_ns: nat,
      rules_ns: rules,
      connect_ns: connect,
    }),
  );
