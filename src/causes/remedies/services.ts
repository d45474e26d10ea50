/** Remedies at the service and its real servers. */
import type { RealServer, Scenario } from '../../scenario/scenario.ts';
import { fallbackToSet, hashes } from '../../scenario/schema/scheduler_fallback.ts';
import { ownServices } from '../../scenario/service_addresses.ts';
import { NOT_SIMULATED, type Remedy } from './remedy.ts';

const MORE_BACKLOG = 4;

export const GIVE_WEIGHT: Remedy = {
  name: 'give weight',
  deed: 'give a real server weight (ipvsadm -e ... -w 1), or add one that is ready',
  effect: 'the scheduler finds it',
  price: 'a server that was kept out on purpose gets traffic again',
  changes: (scenario) =>
    orNull(
      ownServices(scenario.services).flatMap(({ realServers }, service) =>
        realServers.some(({ weight }) => weight > 0)
          ? []
          : realServers.map((_, server) => `services.${service}.realServers.${server}.weight=1`),
      ),
    ),
};

export const HASH_FALLBACK: Remedy = {
  name: 'hash fallback',
  deed: 'set the fallback flag (ipvsadm -E ... -b sh-fallback, or mh-fallback; kube-proxy has no setting for it)',
  effect: 'whoever hashes to a real server that takes nothing is given another',
  price: 'it moves back when that server takes connections again, and meanwhile nobody there knows it',
  changes: (scenario) =>
    ownServices(scenario.services).flatMap((service, index) => {
      const flag = fallbackToSet(service);
      if (flag === null || service.path !== 'ipvs') return [];
      return [`services.${index}.schedulerFlags=[${[...service.schedulerFlags, flag].join(', ')}]`];
    }),
};

export const OTHER_SCHEDULER: Remedy = {
  name: 'other scheduler',
  deed: 'another scheduler (ipvsadm -E ... -s wrr; ipvs.scheduler of kube-proxy)',
  effect: 'every real server that takes connections is in the choice',
  price:
    'connections are spread in another way: a client that kept to one real server by its hash no longer does',
  changes: (scenario) =>
    ownServices(scenario.services).flatMap(({ scheduler, schedulerFlags, path }, service) =>
      path !== 'ipvs' || !(hashes(scheduler) || scheduler === 'ovf')
        ? []
        : [
            `services.${service}.scheduler=wrr`,
            ...(schedulerFlags.length === 0 ? [] : [`services.${service}.schedulerFlags=null`]),
          ],
    ),
};

export const CLUSTER_POLICY: Remedy = {
  name: 'policy Cluster',
  deed: 'externalTrafficPolicy: Cluster',
  effect: 'endpoints on other nodes answer, too',
  price: "who comes from outside is masqueraded: pods do not see clients' addresses",
  changes: (scenario) =>
    ownServices(scenario.services).flatMap(({ name }, index) =>
      scenario.services.some(({ exposed }) => exposed?.of === name && exposed.isLocal)
        ? [`services.${index}.externalTrafficPolicy=Cluster`]
        : [],
    ),
};

export const NO_THRESHOLD: Remedy = {
  name: 'no threshold',
  deed: 'raise the upper threshold (ipvsadm -e ... -x 0 for none)',
  effect: 'a busy server stays in the choice',
  price: 'it takes more connections than it was meant to',
  changes: (scenario) =>
    perServer(scenario, ({ upperThreshold }) => (upperThreshold > 0 ? 'upperThreshold=0' : null)),
};

export const NO_AFFINITY: Remedy = {
  name: 'no affinity',
  deed: 'no persistence (sessionAffinity: None; ipvsadm -E without -p)',
  effect: 'every connection is scheduled by itself',
  price: 'a client no longer comes back to the server that knows it',
  changes: (scenario) =>
    ownServices(scenario.services).flatMap(({ persistent_s }, service) =>
      persistent_s > 0 ? [`services.${service}.persistent=null`] : [],
    ),
};

export const LONGER_BACKLOG: Remedy = {
  name: 'longer backlog',
  deed: 'a longer listen() backlog on the real server, and net.core.somaxconn to allow it',
  effect: 'more connections wait for accept() instead of being dropped',
  price: 'they wait longer',
  changes: (scenario) =>
    perServer(scenario, ({ backlog }) => `backlog=${Math.max(1, backlog) * MORE_BACKLOG}`),
};

export const MORE_WORKERS: Remedy = {
  name: 'more workers',
  deed: 'more workers on the real servers',
  effect: 'they accept as fast as connections come',
  price: 'more CPU and memory at once',
  changes: (scenario) =>
    perServer(scenario, ({ workers }) => (workers > 0 ? `workers=${workers * MORE_BACKLOG}` : null)),
};

export const SERVER_CLOSES: Remedy = {
  name: 'server closes',
  deed: 'let the server close first',
  effect: "the client's ports have no TIME_WAIT of 60 s",
  price: 'TIME_WAIT is at the server, and IPVS meets ports that come back sooner',
  changes: (scenario) =>
    perServer(scenario, ({ closesFirst }) => (closesFirst === 'client' ? 'closesFirst=server' : null)),
};

export const WEIGHT_FIRST: Remedy = {
  name: 'drain first',
  deed: 'set the weight to 0 first, and delete the server when its connections are gone',
  effect: 'no entry is left behind',
  price: 'a removal takes as long as the last connection',
  changes: NOT_SIMULATED,
};

export const SHUT_DOWN_LATER: Remedy = {
  name: 'end later',
  deed: 'let the process go on for some seconds after SIGTERM (a preStop hook)',
  effect: 'what is still sent to it is answered while the directors hear of its end',
  price: 'a rolling update takes that much longer for each pod',
  changes: NOT_SIMULATED,
};

export const MEND_LINK: Remedy = {
  name: 'no loss',
  deed: 'find where the network loses packets',
  effect: 'nothing has to be sent again',
  price: 'whatever the repair costs',
  changes: NOT_SIMULATED,
};

function perServer(scenario: Scenario, change: (server: RealServer) => string | null): string[] {
  return ownServices(scenario.services).flatMap(({ realServers }, service) =>
    realServers.flatMap((server, index) => {
      const setting = change(server);
      return setting === null ? [] : [`services.${service}.realServers.${index}.${setting}`];
    }),
  );
}

/** Nothing to change is no handle, where having it already is not what keeps a scenario from trouble. */
function orNull(changes: readonly string[]): readonly string[] | null {
  return changes.length === 0 ? null : changes;
}
