/** include/net/tcp_states.h, and the errors a socket ends with. */

export const TCP_ESTABLISHED = 1;
export const TCP_SYN_SENT = 2;
export const TCP_SYN_RECV = 3;
export const TCP_FIN_WAIT1 = 4;
export const TCP_FIN_WAIT2 = 5;
export const TCP_CLOSE = 7;
export const TCP_CLOSE_WAIT = 8;
export const TCP_LAST_ACK = 9;
export const TCP_CLOSING = 11;

/** Errors by number, as requests and counters hold them; the index is ours, the name the kernel's. */
export const ERRNO_NAMES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
  'EADDRINUSE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPERM',
] as const;

export const ECONNREFUSED = 0;
export const ECONNRESET = 1;
export const ETIMEDOUT = 2;
export const EADDRNOTAVAIL = 3;
export const EADDRINUSE = 4;
export const EHOSTUNREACH = 5;
export const ENETUNREACH = 6;
export const EPERM = 7;
