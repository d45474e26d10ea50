/** A real server of a service. */
import type { Service } from '../../scenario/scenario.ts';
import type { Listing } from '../nodes/listing.ts';
import type { Tally } from './real_server.ts';

export class Backend {
  readonly service: Service;
  readonly address: string;
  /** In the table of each director; none where IPVS has it not, and for further addresses of a service by mark. */
  readonly listings: readonly Listing[];
  /** Number of the listening socket, and of the server in RealServers. */
  readonly listener: number;
  /** What the service has had of it. */
  readonly tally: Tally = { connections: 0, requests: 0 };
  /** On each node as set last; 0 also where it is deleted. */
  readonly weights: number[];

  /** `places`: how many are told of it. */
  constructor(
    service: Service,
    address: string,
    listener: number,
    listings: readonly Listing[],
    places: number,
  ) {
    this.service = service;
    this.address = address;
    this.listener = listener;
    this.listings = listings;
    this.weights = Array.from({ length: places }, () => 0);
  }

  /** The largest that any node has. */
  get weight(): number {
    return Math.max(...this.weights);
  }
}
