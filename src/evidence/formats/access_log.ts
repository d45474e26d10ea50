/** Access logs of nginx and envoy whose lines tell how long the connect to the upstream took, as fields or as JSON. */
import { type Format, type Line, Notes } from '../format.ts';

const REQUEST = /"?(?:GET|POST|PUT|DELETE|HEAD|PATCH|OPTIONS) \S+ HTTP\/\d/u;
const CONNECT =
  /\b(?:uct|upstream_connect_time|connect_time|upstream_connect_duration)"?[=:]\s*"?(-|[\d.]+)/u;
const ANSWER =
  /\b(?:urt|uht|upstream_response_time|upstream_header_time|response_time|request_time|rt)"?[=:]\s*"?(-|[\d.]+)/u;
/** `"GET / HTTP/1.1" 503 UF,URX - 0 91 57 ...` */
const ENVOY = /HTTP\/\d(?:\.\d)?" \d{3} (\S+) (?:\S+ )?.*/u;
const FIRST_RETRY_MS = 900;

export const ACCESS_LOG: Format = {
  name: 'an access log',
  begins: (line) => REQUEST.test(line) || (line.startsWith('{') && CONNECT.test(line)),
  read(lines) {
    const notes = new Notes();
    const connects: number[] = [];
    const answers: number[] = [];
    let retriedAt: Line | null = null;
    let retried = 0;
    let failed = 0;
    let failedAt: Line | null = null;
    for (const line of lines) {
      const connect = CONNECT.exec(line.text);
      // With a second upstream it is that of the last one.
      const rest = connect === null ? '' : line.text.slice(connect.index + connect[0].length);
      const last = /^, (-|[\d.]+)/u.exec(rest)?.[1] ?? connect?.[1];
      if (last !== undefined && last !== '-') {
        const connect_ms = Number(last) * 1000;
        connects.push(connect_ms);
        if (connect_ms >= FIRST_RETRY_MS) {
          retriedAt ??= line;
          retried++;
        }
      }
      const answer = ANSWER.exec(line.text)?.[1];
      if (answer !== undefined && answer !== '-') answers.push(Number(answer) * 1000);
      if (/\bUF\b/u.test(ENVOY.exec(line.text)?.[1] ?? '')) {
        failedAt ??= line;
        failed++;
      }
      if (!REQUEST.test(line.text) && connect === null) notes.miss(line, 'not a request');
    }
    const first = lines[0]!;
    if (connects.length > 0)
      notes.add(retriedAt ?? first, {
        kind: 'connects',
        count: connects.length,
        retried,
        median_ms: median(connects),
      });
    else if (failed === 0) notes.miss(first, 'no connect times: log $upstream_connect_time as uct=');
    if (answers.length > 0)
      notes.add(first, {
        kind: 'requests',
        count: answers.length,
        median_ms: median(answers),
        slowest_ms: answers.reduce((most, value) => Math.max(most, value), 0),
      });
    if (failedAt !== null) notes.add(failedAt, { kind: 'error', error: 'timeout', count: failed });
    return notes.as('access log');
  },
};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
