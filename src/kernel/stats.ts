/** struct ip_vs_kstats: what `ipvsadm --stats` prints. */
export interface IpVsStats {
  conns: number;
  inpkts: number;
  outpkts: number;
  inbytes: number;
  outbytes: number;
}

export function newStats(): IpVsStats {
  return { conns: 0, inpkts: 0, outpkts: 0, inbytes: 0, outbytes: 0 };
}
