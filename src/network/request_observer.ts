/** Who is told what became of requests. The network knows its observer only by this. */

export interface RequestObserver {
  /** A connection has been made; its times are in RequestColumns. */
  connected(sock: number): void;
  /** The request on this socket has been answered; its times are in RequestColumns. */
  completed(sock: number): void;
  /** A request of the client has failed; `errno` indexes ERRNO_NAMES, `sock` is -1 where connect() found no port. */
  failed(client: number, errno: number, sock: number): void;
  /** Every client has had all its requests. */
  finished(): void;
}

export const NO_OBSERVER: RequestObserver = {
  connected: () => {},
  completed: () => {},
  failed: () => {},
  finished: () => {},
};
