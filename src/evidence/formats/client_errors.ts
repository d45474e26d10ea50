/** What clients complain of, one line a connect: curl, programs in Go, nginx as a proxy, netcat, Java and Python. */
import type { ClientError } from '../fact.ts';
import { type Format, Notes } from '../format.ts';

/** Words that stand before an errno's text, and do not elsewhere. */
const COMPLAINS =
  /\bcurl: \(\d{1,3}\) |\bdial (?:tcp|udp)[46]? \S{1,60}: |\bread (?:tcp|udp)[46]? [^\s>]{1,60}->[^\s>]{1,60}: |\bconnect\(\) failed \(\d{1,3}: |\bwhile connecting to upstream\b|\bnc: connect to |\bjava\.net\.\w{1,40}Exception\b|\[Errno \d{1,3}\] /u;
const ERRORS: readonly (readonly [pattern: RegExp, error: ClientError])[] = [
  [/no route to host|host is unreachable|network is unreachable/iu, 'unreachable'],
  [/connection refused/iu, 'refused'],
  [/connection reset by peer/iu, 'reset'],
  [/cannot assign requested address/iu, 'no port'],
  [
    /connection timed out|i\/o timeout|operation timed out|connection timeout|connect timed out|\(28\)/iu,
    'timeout',
  ],
];
/** Whom it was about: the last of several is who was asked. */
const ADDRESSES: readonly RegExp[] = [
  /\bdial \w{3,4} (\S{1,60}:\d{1,5}): /u,
  /\bread \w{3,4} [^\s>]{1,60}->([^\s>]{1,60}:\d{1,5}): /u,
  /\bconnect to ([\d.]{7,15}|[\da-f:]{2,39}) port (\d{1,5})/u,
  /\bupstream: "\w+:\/\/([^/"]{1,60}:\d{1,5})/u,
];

export const CLIENT_ERRORS: Format = {
  name: 'errors of clients',
  begins: (line) => COMPLAINS.test(line) && errorOf(line) !== undefined,
  read(lines) {
    const notes = new Notes();
    for (const line of lines) {
      const error = COMPLAINS.test(line.text) ? errorOf(line.text) : undefined;
      if (error === undefined) notes.miss(line, 'no error of a connect');
      else {
        const to = addressOf(line.text);
        notes.add(line, { kind: 'error', error, count: 1, ...(to === undefined ? {} : { to }) });
      }
    }
    return notes.as('errors of clients');
  },
};

function errorOf(line: string): ClientError | undefined {
  return ERRORS.find(([pattern]) => pattern.test(line))?.[1];
}

function addressOf(line: string): string | undefined {
  const found = ADDRESSES.map((pattern) => pattern.exec(line)).find((match) => match !== null);
  if (found == null) return undefined;
  const [, host = '', port] = found;
  return port === undefined ? host : host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
