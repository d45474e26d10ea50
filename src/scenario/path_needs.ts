/** What data paths ask of a node, each said once: for the checks of scenarios, for advice, and for the matrix of versions. */
import type { Branch } from '../kernel/release/switches.ts';

/** BPF_CGROUP_INET4_CONNECT: a program may change where connect() goes (v4.17). */
export const CONNECT_HOOK: Branch = [4, 17];
/** nf_tables (v3.13). */
export const NF_TABLES: Branch = [3, 13];
/** kube-proxy's nftables mode (KEP-3866) starts on this kernel and newer ones unless it is told not to look, */
export const KUBE_NFTABLES: Branch = [5, 13];
/** and is there from this release of Kubernetes on (alpha; beta in 1.31), */
export const KUBE_NFTABLES_ALPHA = 29;
/** and for everybody from this one on. */
export const KUBE_NFTABLES_GA = 33;

/** Paths on which the node's rules see packets, and can masquerade them. */
export const MASQUERADING: ReadonlySet<string> = new Set(['ipvs', 'iptables', 'nftables']);
