/** Outputs of every kind that diagnose and import know, to be scrambled. */

const LISTING = `root@node-7:~# ipvsadm -Ln
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.10:80 rr persistent 10800
  -> 10.1.0.5:8080                Masq    1      3          14116
  -> 10.1.0.6:8080                Masq    0      0          2
UDP  10.96.0.10:53 sh (flag-1)
  -> 10.1.0.3:53                  Masq    1      0          2400
# ipvsadm -Lnc
IPVS connection entries
pro expire state       source             virtual            destination
TCP 01:53  TIME_WAIT   10.0.0.1:22178 10.96.0.10:80 10.1.0.5:8080
TCP 00:53  SYN_RECV    10.0.0.1:22179 10.96.0.10:80 10.1.0.6:8080
UDP 04:53  UDP         10.0.0.1:5000  10.96.0.10:53 10.1.0.9:53
IP  99:51  NONE        10.0.0.1:0     10.96.0.10:80 10.1.0.6:8080
`;

const SETTINGS = `Linux node-7 5.4.0-42-generic #46-Ubuntu SMP Fri Jul 10 00:24:02 UTC 2020 x86_64 GNU/Linux
net.ipv4.vs.conn_reuse_mode = 1
net.ipv4.vs.conntrack = 1
net.ipv4.vs.conn_max = 100
net.ipv4.ip_local_port_range = 32768\t60999
net.ipv4.ip_local_reserved_ports = 40000-45000
net.netfilter.nf_conntrack_max = 1000
Timeout (tcp tcpfin udp): 900 120 300
cpu=0   found=1 invalid=2 insert=0 insert_failed=3 drop=4 early_drop=0 error=0 search_restart=0
tcp      6 119 SYN_SENT src=10.0.0.1 dst=10.96.0.10 sport=5000 dport=80 [UNREPLIED] src=10.1.0.5 dst=10.0.0.1 sport=8080 dport=5000 mark=0 use=1
#kernel
TcpActiveOpens                  1000               0.0
TcpOutSegs                      4000               0.0
TcpRetransSegs                  90                 0.0
TcpExtTCPSynRetrans             40                 0.0
TcpExtListenOverflows           120                0.0
LISTEN 129 128 0.0.0.0:8080 0.0.0.0:*
ESTAB 0 0 10.0.0.1:4000 10.96.0.10:80
[12345.678901] nf_conntrack: nf_conntrack: table full, dropping packet
   Total Incoming Outgoing         Incoming         Outgoing
      3A      1B2      1A3             1234             1235
`;

const REPORT = `me@client:~$ ab -r http://10.96.0.10/
Concurrency Level:      100
Time taken for tests:   10.000 seconds
Complete requests:      5000
Requests per second:    500.00 [#/sec] (mean)
              min  mean[+/-sd] median   max
Connect:        0   75 260.1      0    1020
Processing:     1   10   2.1     10      40
Percentage of the requests served within a certain time (ms)
  50%     10
  99%   1012
 100%   1030 (longest request)
apr_socket_recv: Connection reset by peer (104)
`;

const LOG = `10.0.0.1 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 612 uct=0.001 urt=0.012
10.0.0.1 - - [10/Oct/2025:13:55:39 +0000] "GET / HTTP/1.1" 200 612 uct=0.001, 1.004 urt=1.016
[2025-10-10T13:55:36.310Z] "GET / HTTP/1.1" 503 UF,URX upstream_reset{connection_timeout} - "-" 0 91 10000 - "-"
{"start_time":"2025-10-10T13:56:06.500Z","upstream_connect_duration":1002,"duration":1040}
`;

const KEEPALIVED = `! Configuration File for keepalived
virtual_server_group WEB {
    10.96.0.20 80
}
virtual_server group WEB {
    delay_loop 6
    lb_algo sh
    lb_kind DR
    persistence_timeout 50
    protocol TCP
    real_server 10.1.0.7 80 {
        weight 3
        HTTP_GET { url { path / } connect_timeout 3 retry 2 }
    }
}
`;

const KUBERNETES = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  clusterIP: 10.96.0.10
  sessionAffinity: ClientIP
  externalIPs: [192.0.2.9]
  ports: [{name: http, port: 80, nodePort: 30080}]
---
kind: EndpointSlice
metadata: {namespace: shop, labels: {kubernetes.io/service-name: web}}
ports: [{name: http, port: 8080}]
endpoints:
  - addresses: [10.1.0.5]
    conditions: {ready: true}
---
kind: Node
metadata: {name: node-7}
status:
  addresses: [{type: InternalIP, address: 172.20.0.7}]
  nodeInfo: {kernelVersion: 5.4.0-42-generic, kubeProxyVersion: v1.22.3}
---
kind: KubeProxyConfiguration
mode: ipvs
clusterCIDR: 10.1.0.0/16
ipvs: {scheduler: wlc, tcpTimeout: 15m0s, strictARP: true}
`;

const JSON_LIST = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { kind: 'Service', metadata: { name: 'a' }, spec: { clusterIP: '10.96.0.10', ports: [{ port: 80 }] } },
    {
      kind: 'Endpoints',
      metadata: { name: 'a' },
      subsets: [{ addresses: [{ ip: '10.1.0.5' }], ports: [{ port: 1 }] }],
    },
  ],
});

export const EVIDENCE: readonly string[] = [
  LISTING,
  SETTINGS,
  REPORT,
  LOG,
  KEEPALIVED,
  KUBERNETES,
  JSON_LIST,
  `${LISTING}${SETTINGS}${REPORT}`,
  `${SETTINGS}${KUBERNETES}`,
];
