/** Keys about controllers and pods: who fills the director's tables, and what becomes of the processes behind it. */
import * as z from 'zod';
import { ADDRESS_PATTERN, readHost } from '../addresses.ts';
import { CONTROLLER_NAMES } from '../controllers/controllers.ts';
import {
  type KubernetesVersion,
  readControllerVersion,
  readKubernetesVersion,
} from '../kubernetes_version.ts';
import { oneOf } from '../plain_values.ts';
import { accept } from '../reading.ts';
import { duration, reads, truth } from './schema_parts.ts';

const CONTROLLERS = [...CONTROLLER_NAMES, 'none'] as const;
const ORDERS = ['stop', 'start', 'restart'] as const;

export const kubernetes = (): z.ZodType<KubernetesVersion, unknown> =>
  reads(readKubernetesVersion, { type: ['string', 'number'], examples: ['1.19.12'] });

const host = () => reads(readHost, { type: 'string', pattern: ADDRESS_PATTERN });
const kind = () => reads(oneOf(CONTROLLERS), { type: 'string', enum: CONTROLLERS });

export const controllerSchema = z
  .strictObject({
    kind: kind().describe('Which program it is; with `none`, only events change anything.'),
    version: reads(readControllerVersion, { type: ['string', 'number'], examples: ['1.19.12', '20.10.17'] })
      .optional()
      .describe("kube-proxy needs its release of Kubernetes; others' own release, the newest when left out."),
    gracefulTermination: truth()
      .optional()
      .describe(
        'kube-router: --ipvs-graceful-termination, weight 0 before a real server is deleted; default: false, as there.',
      ),
    gracePeriod: duration('0s', '168h')
      .optional()
      .describe(
        "kube-router with gracefulTermination: time after which a real server is deleted; default: its pod's gracePeriod.",
      ),
    syncDelay: duration('0s', '1h')
      .prefault('1s')
      .describe('From a change of a pod to the sync that takes it up.'),
    syncPeriod: duration('1s', '24h')
      .prefault('30s')
      .describe('A sync without a change: `ipvs.syncPeriod` of kube-proxy.'),
  })
  .describe('Who adds, drains and deletes real servers as their pods come and go, and sets sysctls.');

const readName = oneOf(CONTROLLERS);

/** A controller; its name alone is one that is as it comes. */
export const controllerEntry = z.union([
  reads(
    (raw) => {
      const name = readName(raw);
      return name.ok ? accept(controllerSchema.parse({ kind: name.value })) : name;
    },
    { type: 'string', enum: CONTROLLERS },
  ),
  controllerSchema,
]);

export const podSchema = z
  .strictObject({
    started: truth().prefault(true).describe('Whether it is there from the beginning on.'),
    startup: duration('0s', '24h').prefault('0s').describe('From its start until it is ready.'),
    gracePeriod: duration('0s', '168h')
      .prefault('30s')
      .describe('terminationGracePeriodSeconds: after that the process is killed.'),
    shutdown: duration('0s', '168h')
      .prefault('0s')
      .describe('How long after SIGTERM the process goes on as before, a preStop hook included.'),
    teardown: duration('0s', '24h')
      .prefault('1s')
      .describe('From the end of the process until its address is gone.'),
  })
  .describe('Life and death of the pod that has this address.');

export const podEvents = {
  unplug: host().optional().describe('Address of a host that is gone: nobody answers there any more.'),
  plug: host().optional().describe('Address of a host that is back.'),
  terminatePod: host().optional().describe('Address of a pod that gets SIGTERM, as by `kubectl delete pod`.'),
  startPod: host().optional().describe('Address of a pod that starts, for the first time or anew.'),
  unreadyPod: host().optional().describe('Address of a pod that fails its readiness probe.'),
  readyPod: host().optional().describe('Address of a pod that passes it again.'),
  controller: reads(oneOf(ORDERS), { type: 'string', enum: ORDERS })
    .optional()
    .describe(
      'What happens to the controller, of all nodes or of `node`: it is stopped, started or restarted.',
    ),
};
