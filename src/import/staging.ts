/** What the scenario made of evidence has besides, so that a cause comes about in it that evidence only hints at. */
import type { ImportedRealServer, ImportedService } from './ipvsadm.ts';

export interface Staging {
  /** `10.96.0.10:80` or `udp:10.96.0.10:53`; the busiest when left out. */
  readonly service?: string;
  readonly duration_s?: number;
  /** Lines of the file. */
  readonly lines?: readonly string[];
  /** Lines of each real server, beside its address. */
  readonly server?: readonly string[];
  /** In place of a constant one. */
  readonly serviceTime?: string;
  /** Real servers that are there with weight 1 at the beginning, whatever the table has of them. */
  readonly first?: readonly string[];
  readonly client?: {
    readonly addresses?: string;
    readonly ports?: string;
    /** `rate: 20/s`. */
    readonly load?: string;
    readonly lines?: readonly string[];
  };
  /** Entries of `events:`, each a line of YAML. */
  readonly events?: readonly string[];
}

export function staged(service: ImportedService, { first = [] }: Staging): ImportedService {
  const rest = service.realServers.filter(({ address }) => !first.includes(address));
  const back = first.map((address): ImportedRealServer => {
    const known = service.realServers.find((server) => server.address === address);
    return { upperThreshold: 0, lowerThreshold: 0, ...known, address, weight: 1 };
  });
  return { ...service, realServers: [...rest, ...back] };
}

export const ASSUMED = '# assumed, to bring the cause about';
