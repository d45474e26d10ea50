/** The scenario that `ipvsim init` writes: small, complete, and commented line by line. */
export function template(name: string, schema: string): string {
  return `# yaml-language-server: $schema=${schema}
# A scenario for ipvsim. 'ipvsim explain KEY' tells about any key, 'ipvsim run FILE' runs it.
name: ${name}
title: A service behind IPVS under ab -c 100
seed: ${name}             # the same scenario and seed give the same bytes, anywhere
duration: 150s            # long enough to see the first entries expire after 120 s
interval: 1s              # length of a row of series.csv

kernel: "5.4"             # of the node, as uname -r prints it
conntrackHooks: true      # a rule with -m conntrack or NAT is loaded, as kube-proxy's
sysctl:
  net.ipv4.vs.conntrack: 1
  net.ipv4.vs.conn_reuse_mode: 1   # try 0, and watch the slow connects go

service:
  address: 10.96.0.1:80   # the VIP
  scheduler: rr
  forward: masq
  realServers:
    - address: 10.244.1.5:8080
      serviceTime: 50ms   # or {exponential: 50ms}, or {empirical: [10ms, 20ms, 200ms]}
    - address: 10.244.2.7:8080
      serviceTime: 50ms

clients:
  - name: ab
    addresses: [192.168.0.10]
    ports: 32768-60999    # net.ipv4.ip_local_port_range of the client
    concurrency: 100      # a closed loop; 'rate: 500/s' instead makes an open one
    keepAlive: false      # a connection per request: what brings the cliff about

links:
  delay: 100us            # one way, on both sides of the director

expect:                   # judged after the run; 'ipvsim check' exits with 1 when one fails
  - total(failed) == 0
  - p99(connect) < 10ms   # does not hold here: that is the cliff
`;
}
