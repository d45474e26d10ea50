/**
 * The shell script that gathers evidence on a node. Every command reads: ipvsadm and conntrack are called only where
 * their kernel modules are loaded, since they would load them; nstat is told to leave its history file alone.
 */

interface Reading {
  /** Name of the file in the archive. */
  readonly file: string;
  readonly command: string;
  /** A path without which the command would change or say nothing. */
  readonly where?: string;
}

const IPVS = '/proc/net/ip_vs';
const CONNTRACK = '/proc/sys/net/netfilter/nf_conntrack_count';

// biome-ignore format: a line each
const READINGS: readonly Reading[] = [
  { file: 'uname.txt', command: 'uname -a' },
  { file: 'version_signature.txt', command: 'cat /proc/version_signature', where: '/proc/version_signature' },
  { file: 'os-release.txt', command: 'cat /etc/os-release', where: '/etc/os-release' },
  { file: 'sysctl.txt', command: 'sysctl -e net.ipv4.vs net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_syn_retries net.ipv4.tcp_retries2 net.core.somaxconn net.ipv4.tcp_max_syn_backlog net.ipv4.tcp_tw_reuse net.ipv4.tcp_timestamps net.netfilter' },
  { file: 'ipvsadm.txt', command: 'ipvsadm -Ln', where: IPVS },
  { file: 'ipvsadm-stats.txt', command: 'ipvsadm -Ln --stats', where: IPVS },
  { file: 'ipvsadm-rate.txt', command: 'ipvsadm -Ln --rate', where: IPVS },
  { file: 'ipvsadm-timeout.txt', command: 'ipvsadm -l --timeout', where: IPVS },
  { file: 'ip_vs_conn.txt', command: 'cat /proc/net/ip_vs_conn', where: '/proc/net/ip_vs_conn' },
  { file: 'ip_vs_stats.txt', command: 'cat /proc/net/ip_vs_stats', where: '/proc/net/ip_vs_stats' },
  { file: 'marks.txt', command: 'iptables-save -t mangle', where: '/proc/net/ip_tables_names' },
  { file: 'conntrack-s.txt', command: 'conntrack -S', where: CONNTRACK },
  { file: 'conntrack.txt', command: 'conntrack -L', where: CONNTRACK },
  { file: 'nstat.txt', command: 'nstat -asz' },
  { file: 'ss-listen.txt', command: 'ss -ltn' },
  { file: 'ss.txt', command: 'ss -tan' },
  { file: 'dmesg.txt', command: "dmesg | grep -E 'nf_conntrack|SYN flooding|neighbo' | tail -n 100" },
];

export function collectScript(): string {
  return [
    '#!/bin/sh',
    '# Gathers what ipvsim diagnose reads, into one tar file in the current folder.',
    '# It only reads: no setting is changed, no module is loaded, nothing is sent anywhere.',
    '# It holds addresses and ports of clients: read it before you hand it on. Best run as root.',
    'set -u',
    'umask 077',
    'folder=$(mktemp -d) || exit 1',
    'trap \'rm -rf "$folder"\' EXIT',
    "trap 'exit 130' INT TERM",
    'collect() {',
    '  file=$1; shift',
    '  # A table of millions of entries must not fill the disk, nor take for ever.',
    '  if command -v timeout >/dev/null 2>&1; then limit="timeout 20"; else limit=; fi',
    '  $limit sh -c "$*" 2>/dev/null | head -c 50000000 >"$folder/$file"',
    '  [ -s "$folder/$file" ] || rm -f "$folder/$file"',
    '}',
    'PATH=$PATH:/usr/sbin:/sbin',
    ...READINGS.map(({ file, command, where }) => {
      const call = `collect ${file} ${quoted(command)}`;
      return where === undefined ? call : `[ -e ${where} ] && ${call}`;
    }),
    'out=ipvsim-$(uname -n)-$(date +%Y%m%d-%H%M%S).tar',
    'tar -cf "$out" -C "$folder" . || exit 1',
    'echo "$out"',
    '',
  ].join('\n');
}

function quoted(command: string): string {
  return `'${command.replaceAll("'", "'\\''")}'`;
}
