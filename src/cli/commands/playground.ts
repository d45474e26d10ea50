/** `ipvsim playground`: serves the page to this machine's browser until Ctrl-C. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LESSON_PREFIX, withoutSolutions } from '../../lessons/puzzle.ts';
import { UserError } from '../../storage/user_error.ts';
import { defineCommand } from '../command.ts';
import { scenarioNames } from '../completion/offers.ts';
import { EXIT } from '../exit_code.ts';
import { lessonNamed } from '../files/lesson_source.ts';
import { type Opened, type PageFile, pageFiles } from '../files/page_files.ts';
import { parseOrThrow, readScenarioText } from '../files/scenario_source.ts';
import { listenForInterrupt } from '../interrupt.ts';

/** The page needs nothing but its own files; see tools/playground.config.ts for the policy that is in it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export const command = defineCommand({
  positionals: {
    scenario: {
      describe: 'a file, - for standard input, a shipped scenario, or lesson:NAME [k8s-cliff]',
      count: 'optional',
      offers: scenarioNames,
    },
  },
  options: {
    port: {
      type: 'count',
      minimum: 0,
      maximum: 65535,
      describe: 'port of this machine, 0 for any free one',
      default: 0,
    },
  },
  examples: [
    ['playground', 'the seed case: every source port of the client as a place, played'],
    ['playground lesson:1-life-of-an-entry', 'a lesson: predict, run, explain, puzzle'],
    ['playground mine.yaml --port 8080', 'your own scenario at http://127.0.0.1:8080/'],
  ],
  notes: [
    'Serves to this machine only (127.0.0.1), until Ctrl-C. The page computes in the browser and sends nothing.',
  ],
  async run({ scenario: source, port }, terminal) {
    const from = source === undefined ? null : await readScenarioText(source);
    if (from !== null) parseOrThrow(from, {});
    const opened =
      from === null
        ? null
        : { name: source!, file: from.label, text: from.text, ...(await lessonOf(source!)) };
    const files = await pageFiles(opened);
    const interrupt = listenForInterrupt(terminal);
    const server = createServer((request, response) => respond(files, request, response));
    const address = await listen(server, port);
    await terminal.print(`http://127.0.0.1:${address.port}/`);
    terminal.say('The playground is there until Ctrl-C.');
    if (!interrupt.asked) await once(interrupt.signal, 'abort');
    server.close();
    server.closeAllConnections();
    return EXIT.interrupted;
  },
});

/** The page has the shipped lessons, but no other. */
async function lessonOf(source: string): Promise<Pick<Opened, 'lesson'>> {
  if (!source.startsWith(LESSON_PREFIX)) return {};
  return { lesson: withoutSolutions(await lessonNamed(source.slice(LESSON_PREFIX.length))) };
}

async function listen(server: Server, port: number): Promise<AddressInfo> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new UserError(`port ${port} is taken`, '--port 0 takes any free one');
    if (code === 'EACCES') throw new UserError(`port ${port} may not be used`, '--port 0 takes any free one');
    throw error;
  }
  return server.address() as AddressInfo;
}

function respond(
  files: ReadonlyMap<string, PageFile>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method = '', url = '' } = request;
  const answer = (
    status: number,
    headers: Readonly<Record<string, string | number>>,
    body: Buffer | string,
  ) => {
    response.writeHead(status, { ...HEADERS, ...headers });
    response.end(method === 'HEAD' ? undefined : body);
  };
  const plain = { 'content-type': 'text/plain; charset=utf-8' };
  // Another name for this address would be another site's, and its scripts could read the scenario.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/u.test(request.headers.host ?? '')) {
    answer(421, plain, 'This is http://127.0.0.1.\n');
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    answer(405, { ...plain, allow: 'GET, HEAD' }, 'There is nothing to be sent here.\n');
    return;
  }
  const file = files.get(url.split(/[?#]/u)[0]!);
  if (file === undefined) answer(404, plain, 'There is no such file.\n');
  else answer(200, { 'content-type': file.type, 'content-length': file.bytes.length }, file.bytes);
}
