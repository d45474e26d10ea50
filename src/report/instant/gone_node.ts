/** Whether the node that a view shows is there at all: what its tables hold is the same without its cable. */
import type { Scenario } from '../../scenario/scenario.ts';
import { duration } from '../numbers.ts';

/** A sentence beside the view; null of a node that is there. The last that happened counts, as in the run. */
export function goneNodeText({ nodes, events }: Scenario, node: number, at_ns: number): string | null {
  const name = nodes?.[node]?.name;
  if (name === undefined) return null;
  let since_ns = -1;
  let text: string | null = null;
  const happened = (when_ns: number, what: string | null) => {
    if (when_ns > at_ns || when_ns < since_ns) return;
    since_ns = when_ns;
    text = what;
  };
  for (const { at_ns: when_ns, action } of events) {
    if (!('node' in action) || action.node !== name) continue;
    if (action.kind === 'plugNode') happened(when_ns, null);
    else if (action.kind === 'unplugNode')
      happened(when_ns, `${name} is without its cable since ${duration(when_ns)}: no packet reaches it`);
    else if (action.kind === 'rebootNode') {
      const until_ns = when_ns + action.boot_ns;
      happened(when_ns, `${name} is down since ${duration(when_ns)}: it reboots until ${duration(until_ns)}`);
      happened(until_ns, null);
    }
  }
  return text;
}
