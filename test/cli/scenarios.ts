/** Small scenarios for the command's tests: the cliff within half a second, and a run that lasts. */

/** 20 source ports, half of them used: the eleventh connect meets an old entry. */
export const SMALL_CLIFF = `name: small
title: Ten ports and a cliff
duration: 5s
kernel: 3.10.0-1127.el7
sysctl: { net.ipv4.vs.conn_reuse_mode: 1 }
service:
  address: 10.96.0.1:80
  realServers: [{ address: 10.244.1.5:8080, serviceTime: 100ms }]
clients:
  - { addresses: 10.0.0.1, ports: 40000-40019, concurrency: 2 }
expect:
  - total(failed) == 0
`;

/** Minutes of work, for Ctrl-C. */
export const ENDLESS = SMALL_CLIFF.replace('duration: 5s', 'duration: 24h\ninterval: 60s').replace(
  'concurrency: 2',
  'concurrency: 400, keepAlive: true',
);
