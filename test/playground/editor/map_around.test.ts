/** The map that a key belongs to which is being written: lines say it by how far they stand in. */
import { expect, test } from 'vitest';
import { mapAround } from '../../../src/playground/editor/map_around.ts';

const YAML = `title: x
sysctl:
  net.ipv4.vs.conn_reuse_mode: 1
service:
  # a comment
  address: 10.96.0.1:80
  realServers:
    - address: 10.1.1.1:80
      pod:
        startup: 3s

clients:
- rate: 10/s
  ports: 1-9
events: []
`.split('\n');

test.each([
  ['title', 0, 0, []],
  ['net.ipv4.vs.conn_reuse_mode', 2, 2, ['sysctl']],
  ['realServers', 6, 2, ['service']],
  ['address of a real server', 7, 6, ['service', 'realServers', '0']],
  ['pod', 8, 6, ['service', 'realServers', '0']],
  ['startup', 9, 8, ['service', 'realServers', '0', 'pod']],
  ['after an empty line', 10, 2, ['service']],
  ['a list as far in as its key', 12, 2, ['clients', '0']],
  ['its second key', 13, 2, ['clients', '0']],
  ['the end', 15, 0, []],
] as const)('%s', (_what, line, column, path) => {
  expect(mapAround(YAML, line, column)).toEqual(path);
});
