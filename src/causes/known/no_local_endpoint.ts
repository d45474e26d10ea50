/** externalTrafficPolicy Local, rules, and a node without an endpoint. */
import { count } from '../../report/numbers.ts';
import { droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { REASONS } from '../drop_reasons.ts';
import { dropSpan, drops } from '../evidence.ts';
import { CLUSTER_POLICY } from '../remedies/services.ts';

export const NO_LOCAL_ENDPOINT: Cause = {
  name: 'no-local-endpoint',
  title: 'a node without an endpoint for externalTrafficPolicy Local',
  story:
    `${REASONS.no_local_endpoint.happened} ` +
    "A load balancer that asks the service's health check on each node keeps clients away from this one.",
  kernel: 'a rule in the filter table (DROP: no local endpoints): ipt_do_table(), nft_do_chain()',
  client: 'Silence: a connect that is sent again until ETIMEDOUT. In ipvs mode it would be refused.',
  visible: [
    ['iptables-save | grep "no local endpoints"', 'the rule, with the address'],
    ['curl http://NODE:HEALTHCHECKNODEPORT/healthz', '"localEndpoints": 0'],
  ],
  remedies: [CLUSTER_POLICY],
  reasons: ['no_local_endpoint'],
  inResult(result) {
    const concerned = drops(result, 'no_local_endpoint');
    if (concerned === 0) return null;
    const empty = result.scenario.services.find(
      ({ exposed, realServers }) => exposed?.isLocal === true && realServers.length === 0,
    );
    const which = empty === undefined ? '' : ` ${empty.address} has no endpoint on this node.`;
    const text = `${count(concerned)} packets were dropped without an answer.${which}`;
    return { concerned, ...dropSpan(result, 'no_local_endpoint'), text };
  },
  inRequest: (account) =>
    droppedFor(account, 'no_local_endpoint').length > 0
      ? 'Its packets were dropped, because no endpoint is on this node and the policy is Local.'
      : null,
};
