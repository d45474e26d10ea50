/** include/net/ip_vs.h: flags of a connection entry. */

/** Forwarding methods (IP_VS_CONN_F_FWD_MASK). */
export const IP_VS_CONN_F_FWD_MASK = 0x7;
export const IP_VS_CONN_F_MASQ = 0;
export const IP_VS_CONN_F_TUNNEL = 2;
export const IP_VS_CONN_F_DROUTE = 3;
/** In the table. */
export const IP_VS_CONN_F_HASHED = 0x40;
/** No output packet has been seen, and none is expected: the method is not masquerading. */
export const IP_VS_CONN_F_NOOUTPUT = 0x80;
/** Not counted in ActiveConn. */
export const IP_VS_CONN_F_INACTIVE = 0x100;
/** Created with net.ipv4.vs.conntrack=1: owns the conntrack of its flow. (The kernel's bit is 0x10000.) */
export const IP_VS_CONN_F_NFCT = 0x400;
/** A persistence template. */
export const IP_VS_CONN_F_TEMPLATE = 0x1000;
/** One-packet scheduling: never hashed. */
export const IP_VS_CONN_F_ONE_PACKET = 0x2000;
/** Ours: a template that ip_vs_check_template() renamed; the kernel shows its ports as 65535. */
export const CONN_F_RENAMED = 0x4000;
