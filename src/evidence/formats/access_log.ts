/** Access logs of nginx and envoy whose lines tell how long connecting to the upstream or answering took. */
import type { ClientError } from '../fact.ts';
import { type Format, type Line, Notes } from '../format.ts';
import { timeOf } from '../log_time.ts';
import { answerOf, connectOf, envoyOf, hasConnect } from '../logged_request.ts';
import { FIRST_RETRY_MS, median } from '../timed.ts';

const REQUEST = /"?(?:GET|POST|PUT|DELETE|HEAD|PATCH|OPTIONS) \S+ HTTP\/\d/u;
const FLAGS: readonly (readonly [flag: string, error: ClientError])[] = [
  ['UF', 'timeout'],
  ['UT', 'timeout'],
  ['UC', 'reset'],
];
/** errno, as envoy tells of it behind a failed connect. */
const REFUSED = /\b(?:connection_refused|delayed_connect_error:_111|delayed connect error: 111)\b/iu;

export const ACCESS_LOG: Format = {
  name: 'an access log',
  begins: (line) => REQUEST.test(line) || (line.startsWith('{') && hasConnect(line)),
  read(lines) {
    const notes = new Notes();
    const log = new Log();
    for (const line of lines) if (!log.add(line)) notes.miss(line, 'not a request');
    log.conclude(lines[0]!, notes);
    return notes.as('access log');
  },
};

class Log {
  readonly #connects: number[] = [];
  readonly #answers: number[] = [];
  readonly #errors = new Map<ClientError, { count: number; at: Line }>();
  #retried = 0;
  #retriedAt: Line | null = null;
  #onset: { after_s: number; connects: number } | undefined;
  #begun_s: number | null = null;

  /** False where the line is none of a log. */
  add(line: Line): boolean {
    const connect = connectOf(line.text);
    if (connect !== null) this.#addConnect(connect, line);
    const answer_ms = answerOf(line.text);
    // What a request takes of its upstream includes connecting to it.
    if (answer_ms !== null) this.#answers.push(Math.max(0, answer_ms - (connect ?? 0)));
    const { flags } = envoyOf(line.text);
    for (const [flag, error] of FLAGS) {
      if (!flags.split(',').includes(flag)) continue;
      const own = flag === 'UF' && REFUSED.test(line.text) ? 'refused' : error;
      const before = this.#errors.get(own);
      this.#errors.set(own, { count: (before?.count ?? 0) + 1, at: before?.at ?? line });
      break;
    }
    return connect !== null || answer_ms !== null || REQUEST.test(line.text);
  }

  #addConnect(connect_ms: number, line: Line): void {
    const now_s = timeOf(line.text);
    // A line is written when its request ends.
    this.#begun_s ??= now_s;
    if (connect_ms >= FIRST_RETRY_MS) {
      if (this.#retried++ === 0) {
        this.#retriedAt = line;
        if (now_s !== null && this.#begun_s !== null)
          this.#onset = {
            after_s: Math.max(0, now_s - this.#begun_s - connect_ms / 1000),
            connects: this.#connects.length,
          };
      }
    }
    this.#connects.push(connect_ms);
  }

  conclude(first: Line, notes: Notes): void {
    if (this.#connects.length > 0)
      notes.add(this.#retriedAt ?? first, {
        kind: 'connects',
        count: this.#connects.length,
        retried: this.#retried,
        median_ms: median(this.#connects),
        ...(this.#onset === undefined ? {} : { onset: this.#onset }),
      });
    else if (this.#errors.size === 0)
      notes.miss(first, 'no connect times: log $upstream_connect_time as uct=');
    if (this.#answers.length > 0)
      notes.add(first, {
        kind: 'requests',
        count: this.#answers.length,
        median_ms: median(this.#answers),
        slowest_ms: this.#answers.reduce((most, value) => Math.max(most, value), 0),
      });
    for (const [error, { count, at }] of this.#errors) notes.add(at, { kind: 'error', error, count });
  }
}
