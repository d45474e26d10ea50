/** include/net/ip_vs.h: the states that IPVS keeps of a TCP connection. */

/** IP_VS_TCP_S_... */
export const IP_VS_TCP_S = {
  NONE: 0,
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT: 4,
  TIME_WAIT: 5,
  CLOSE: 6,
  CLOSE_WAIT: 7,
  LAST_ACK: 8,
  LISTEN: 9,
  SYNACK: 10,
} as const;

type State = keyof typeof IP_VS_TCP_S;

/** By number. */
export const IP_VS_TCP_STATE_NAMES = Object.keys(IP_VS_TCP_S) as readonly State[];
