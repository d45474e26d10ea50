/** Remedies in the rules of the node. */
import type { Remedy } from './remedy.ts';

export const PLAIN_MASQUERADE: Remedy = {
  name: 'plain masquerade',
  deed: 'masquerade without --random-fully (fully-random in nftables)',
  effect:
    "a client's source port is kept where it is free, so that the real server knows it from the same client only",
  price:
    'where two clients need the same port at the same instant on two processors, one of them loses its first packet',
  changes: ({ masquerade, nodes = [] }) => {
    const ports = [masquerade?.ports, ...nodes.map(({ masqueradePorts }) => masqueradePorts)];
    return ports.includes('random-fully') ? ['masquerade=plain'] : [];
  },
};
