/**
 * What the recorded kernel left to chance: the endpoint of a new connection, the real server that a scheduler drew, and
 * the source ports that NAT drew. The model has no way to guess them, so it takes them from the recording, where it
 * makes a choice at all; a recorded choice that it may not make (an endpoint that is not listed, a port that is in use
 * or out of range) leads it elsewhere, and the frames differ.
 */
import type { Director } from '../kernel/director.ts';
import type { KubeEndpoint } from '../kernel/netfilter/kube_rules.ts';
import type { Frame, Step } from './recording.ts';

export class Choices {
  #endpoint: string | null = null;
  #ports: number[] = [];

  constructor({ net: { book, chance } }: Director) {
    const { portOffset, endpoint } = chance;
    const nameOf = ({ addr, port }: Pick<KubeEndpoint, 'addr' | 'port'>) => book.formatEndpoint(addr, port);
    chance.drawn = (destinations) => {
      const at = destinations.findIndex((each) => nameOf(each) === this.#endpoint);
      return at < 0 ? null : at;
    };
    chance.portOffset = (low, size) => {
      const port = this.#ports.shift();
      return port === undefined || port < low ? portOffset(low, size) : port - low;
    };
    chance.endpoint = (endpoints) => {
      const at = endpoints.findIndex((each) => nameOf(each) === this.#endpoint);
      return at < 0 ? endpoint(endpoints) : at;
    };
  }

  /** What was chosen in the step that comes now. */
  recorded(step: Step): void {
    const left = step.out.filter(({ to, ipip }) => to === 'server' && ipip === undefined);
    this.#endpoint = left[0]?.dst ?? null;
    this.#ports = drawnPorts(step, left);
  }
}

/**
 * A frame to a real server whose source is not the packet's own left with a port that NAT drew. What left by the
 * loopback device was not recorded, but its conntrack was; so is that of a server's packet which began a flow of its
 * own, because the client's had another real server, and whose answers' port was taken.
 */
function drawnPorts(step: Step, left: readonly Frame[]): number[] {
  if (step.op === 'client' && left.length > 0) {
    return left.filter(({ src }) => src !== step.src).map(({ src }) => portOf(src));
  }
  const row = step.ct?.find(([, source, destination]) => source === step.src && destination === step.dst);
  return row === undefined ? [] : [portOf(row[4])];
}

function portOf(endpoint: string): number {
  return Number(endpoint.split(':').at(-1));
}
