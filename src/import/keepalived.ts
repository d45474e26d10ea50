/**
 * Reads the virtual servers of a keepalived.conf: what keepalived would hand to IPVS when every real server is up.
 * Blocks about other things (vrrp_instance, checkers) are passed over; what of a virtual server has no place in a
 * scenario is named. Files that `include` names are not opened.
 */

import { readEndpoint, readNetmask, readRealServer } from '../scenario/addresses.ts';
import type { Reading } from '../scenario/reading.ts';
import { endpointText, type Family } from '../text/endpoint.ts';
import { TRANSPORTS } from '../text/transport.ts';
import {
  type Checker,
  type ImportedRealServer,
  type ImportedService,
  type ImportedTable,
  markName,
  schedulerFlags,
} from './ipvsadm.ts';

interface Word {
  readonly text: string;
  readonly line: number;
}

/** A line of words, and the block that it opens. */
interface Statement {
  readonly words: readonly string[];
  readonly line: number;
  readonly block: readonly Statement[] | null;
}

const FORWARD: Readonly<Record<string, ImportedService['forward']>> = {
  NAT: 'masq',
  DR: 'route',
  TUN: 'tunnel',
};
/** Nobody nests deeper than virtual_server, real_server, checker, url. */
const DEEPEST = 8;
/** lbflags_handler() of check_parser.c; `ops` and `hashed` are none of a scheduler. */
const SCHEDULER_FLAG = /^(?:flag-[12]|[sm]h-(?:port|fallback))$/u;
/** IPVS_SVC_PERSISTENT_TIMEOUT */
const PERSISTENT_S = 360;
const CHECKERS = /^(?:TCP|HTTP|SSL|SMTP|UDP|DNS|MISC|PING|BFD|FILE)_(?:CHECK|GET)$/u;
/** About checking and telling, not about the table. */
const NOT_OF_THE_TABLE =
  /^(?:ip_family|delay_loop|delay_before_retry|retry|warmup|alpha|omega|quorum\w*|hysteresis|notify_\w+|inhibit_on_failure|ha_suspend|virtualhost|smtp_alert|no_smtp_alert|connect_timeout|log_all_failures)$/u;

export function isKeepalived(text: string): boolean {
  const begins = /^(?:virtual_server(?:_group)?|vrrp_instance|global_defs)\b/u;
  return text.split('\n').some((line) => begins.test(line.trimStart()));
}

export function readKeepalived(text: string): ImportedTable {
  const ignored: string[] = [];
  const services: ImportedService[] = [];
  const statements = parse(text, ignored);
  const sysctls = timeoutsOf(statements, ignored);
  const groups = new Map(
    statements
      .filter(({ words }) => words[0] === 'virtual_server_group')
      .map(({ words, block }) => [words[1] ?? '', block ?? []]),
  );
  for (const statement of statements) {
    const [name, first = '', second = ''] = statement.words;
    const where = `line ${statement.line}`;
    if (name === 'include') ignored.push(`${where}: include ${first}: not opened; hand in that file, too`);
    if (name !== 'virtual_server') continue;
    if (first === 'fwmark') services.push(...markedOf(statement, second, ignored));
    else if (first === 'group') {
      const members = groups.get(second);
      if (members === undefined) ignored.push(`${where}: there is no virtual_server_group ${second}`);
      for (const { words, line } of members ?? []) {
        if (words[0] === 'fwmark')
          services.push(...markedOf(statement, words[1] ?? '', ignored).map((each) => ({ ...each, line })));
        else if (/-/u.test(words[0] ?? ''))
          ignored.push(`line ${line}: ${words.join(' ')} of group ${second}: give single addresses`);
        else services.push(...serviceOf(statement, endpointText(words[0] ?? '', words[1] ?? ''), ignored));
      }
    } else services.push(...serviceOf(statement, endpointText(first, second), ignored));
  }
  return sysctls.size === 0 ? { services, ignored } : { services, ignored, sysctls };
}

const TIMEOUTS = ['tcp', 'tcpfin', 'udp'] as const;

/** `lvs_timeouts tcp 7200 tcpfin 120 udp 300` of global_defs is ipvsadm --set. */
function timeoutsOf(statements: readonly Statement[], ignored: string[]): ReadonlyMap<string, string> {
  const sysctls = new Map<string, string>();
  const globals = statements.filter(({ words }) => words[0] === 'global_defs');
  const said = globals.flatMap(({ block }) => block ?? []);
  const syncs = said.find(({ words }) => words[0] === 'lvs_sync_daemon');
  if (syncs !== undefined)
    ignored.push(
      `line ${syncs.line}: lvs_sync_daemon: not modelled: another director has no entries of this one`,
    );
  for (const { words, line } of said) {
    if (words[0] !== 'lvs_timeouts') continue;
    for (let at = 1; at < words.length; at += 2) {
      const [name, value = ''] = [TIMEOUTS.find((each) => each === words[at]), words[at + 1]];
      if (name !== undefined && /^[1-9]\d{0,8}$/u.test(value))
        sysctls.set(`net.ipv4.vs.timeout.${name}`, value);
      else ignored.push(`line ${line}: lvs_timeouts ${words[at]} ${value}`);
    }
    if (syncs === undefined)
      ignored.push(
        `line ${line}: lvs_timeouts: taken, though keepalived of 2017 (its issue 639) does not set them without lvs_sync_daemon; ipvsadm -l --timeout tells`,
      );
  }
  return sysctls;
}

function serviceOf(statement: Statement, address: string, ignored: string[]): ImportedService[] {
  const endpoint = readEndpoint(address);
  if (endpoint.ok) return virtualServer(statement, { address: endpoint.value }, ignored);
  ignored.push(`line ${statement.line}: virtual_server ${address}: ${endpoint.hint ?? endpoint.message}`);
  return [];
}

/** `virtual_server fwmark 1`, whose real servers may have port 0. */
function markedOf(statement: Statement, text: string, ignored: string[]): ImportedService[] {
  const mark = Number(text);
  if (Number.isInteger(mark) && mark > 0 && mark <= 0xffffffff)
    return virtualServer(statement, { address: markName(mark, familyOfMarked(statement)), mark }, ignored);
  ignored.push(`line ${statement.line}: virtual_server fwmark ${text}: no firewall mark`);
  return [];
}

/** `inet6` behind the mark, `ip_family inet6`, or that of its real servers. */
function familyOfMarked({ words, block }: Statement): Family {
  const said = [
    words.at(-1),
    ...(block ?? []).flatMap((each) => (each.words[0] === 'ip_family' ? each.words[1] : [])),
  ];
  if (said.includes('inet6')) return 6;
  const server = block?.find((each) => each.words[0] === 'real_server')?.words[1];
  return server?.includes(':') === true ? 6 : 4;
}

function virtualServer(
  { block, line }: Statement,
  named: Pick<ImportedService, 'address' | 'mark'>,
  ignored: string[],
): ImportedService[] {
  const { address } = named;
  const read = named.mark === undefined ? readEndpoint : readRealServer;
  let protocol = 'TCP';
  // keepalived takes wlc where nothing is said, as ipvsadm does.
  let scheduler = 'wlc';
  let forward: ImportedService['forward'] = 'masq';
  let persistent_s = 0;
  let persistentNetmask: string | undefined;
  let onePacket = false;
  let sorry: ImportedService['sorry'];
  const flags: string[] = [];
  const number = (name: string, usual: number): number => {
    const value = Number(block?.find(({ words }) => words[0] === name)?.words[1]);
    return Number.isInteger(value) && value >= 0 ? value : usual;
  };
  const quorum = Math.max(1, number('quorum', 1)) - number('hysteresis', 0);
  const realServers: ImportedRealServer[] = [];
  for (const { words, line: at, block: inner } of block ?? []) {
    const [key = '', value = '', more = ''] = words;
    const where = `line ${at}`;
    if (key === 'protocol') protocol = value;
    else if (key === 'lb_algo' || key === 'lvs_sched') scheduler = value;
    else if (key === 'lb_kind' || key === 'lvs_method') {
      forward = FORWARD[value] ?? forward;
      if (FORWARD[value] === undefined) ignored.push(`${where}: ${words.join(' ')}: one of NAT, DR and TUN`);
      else if (more !== '' && !/^type ipip$/u.test(words.slice(2).join(' ')))
        ignored.push(`${where}: ${words.join(' ')}: tunnels are IP-in-IP`);
    } else if (SCHEDULER_FLAG.test(key)) {
      // lbflags_handler(): what belongs to a scheduler counts where that one is named before.
      if (/^flag-/u.test(key) || key.startsWith(`${scheduler}-`)) flags.push(key);
      else
        ignored.push(
          `${where}: ${key}: keepalived leaves it out, as no lb_algo ${key.slice(0, 2)} stands before it`,
        );
    } else if (key === 'weight' || key === 'hashed') continue;
    else if (key === 'persistence_timeout') persistent_s = Number(value) || PERSISTENT_S;
    else if (key === 'persistence_granularity') {
      // pgr_handler(): it makes the service persistent by itself.
      if (persistent_s === 0) persistent_s = PERSISTENT_S;
      if (readNetmask(value).ok) persistentNetmask = value;
      else ignored.push(`${where}: persistence_granularity ${value}`);
    } else if (key === 'ops') onePacket = true;
    else if (key === 'real_server')
      realServers.push(
        ...serverOf(
          read(endpointText(value, more)),
          endpointText(value, more),
          inner ?? [],
          { at, around: block ?? [], weight: number('weight', 1) || 1 },
          ignored,
        ),
      );
    else if (key === 'sorry_server') {
      const endpoint = read(endpointText(value, more));
      const isHere = /^127\.|^::1$/u.test(value);
      if (endpoint.ok && !isHere) sorry = { address: endpoint.value, quorum };
      const when =
        quorum > 1
          ? `takes over when the real servers that are up weigh less than ${quorum} together`
          : 'takes over only when no real server is up';
      const whose = isHere ? '; it is on the director itself, which is not modelled' : '';
      ignored.push(`${where}: sorry_server ${value} ${more}: ${when}${whose}`);
    } else if (!NOT_OF_THE_TABLE.test(key)) ignored.push(`${where}: ${words.join(' ')}`);
  }
  const transport = TRANSPORTS.find((name) => name.toUpperCase() === protocol.toUpperCase());
  if (transport === undefined) {
    ignored.push(`line ${line}: virtual_server ${address}: ${protocol} cannot be imported`);
    return [];
  }
  return [
    {
      protocol: transport,
      ...named,
      scheduler,
      schedulerFlags: /^[sm]h$/u.test(scheduler)
        ? schedulerFlags([...new Set(flags)].join(','), scheduler)
        : [],
      persistent_s,
      persistentNetmask,
      onePacket,
      forward,
      realServers,
      ...(sorry === undefined ? {} : { sorry }),
      connections: 0,
      inactive: 0,
      line,
    },
  ];
}

function serverOf(
  endpoint: Reading<string>,
  address: string,
  block: readonly Statement[],
  {
    at,
    around,
    weight,
  }: { readonly at: number; readonly around: readonly Statement[]; readonly weight: number },
  ignored: string[],
): ImportedRealServer[] {
  if (!endpoint.ok) {
    ignored.push(`line ${at}: real_server ${address}: ${endpoint.hint ?? endpoint.message}`);
    return [];
  }
  const limits = { weight, upperThreshold: 0, lowerThreshold: 0 };
  for (const { words, line } of block) {
    const [key = '', value = ''] = words;
    if (key === 'weight') limits.weight = Number(value) || 0;
    else if (key === 'uthreshold') limits.upperThreshold = Number(value) || 0;
    else if (key === 'lthreshold') limits.lowerThreshold = Number(value) || 0;
    else if (!CHECKERS.test(key) && !NOT_OF_THE_TABLE.test(key))
      ignored.push(`line ${line}: ${words.join(' ')}`);
  }
  return [{ address: endpoint.value, ...limits, line: at, checker: checkerOf(block, around) }];
}

/** Retries and the time before each, where nothing is said (check_api.c, check_http.c, check_dns.c, check_misc.c of 2.3). */
const RETRIES: Readonly<Record<string, number>> = { MISC_CHECK: 0, DNS_CHECK: 3 };
const BETWEEN_S: Readonly<Record<string, number>> = { HTTP_GET: 3, SSL_GET: 3 };
const DEFAULT_EVERY_S = 60;
const DEFAULT_TIMEOUT_S = 5;

/** The first checker of a real server; what it does not say itself its real server says, or the virtual server. */
function checkerOf(server: readonly Statement[], around: readonly Statement[]): Checker | undefined {
  const check = server.find(({ words }) => CHECKERS.test(words[0] ?? ''));
  if (check === undefined) return undefined;
  const name = check.words[0]!;
  const levels = [check.block ?? [], server, around];
  const seconds = (...keys: readonly string[]): number | undefined => {
    for (const level of levels) {
      const found = level.find(({ words }) => keys.includes(words[0] ?? ''));
      const value = Number(found?.words[1]);
      if (found !== undefined && Number.isFinite(value) && value >= 0) return value;
    }
    return undefined;
  };
  const every_s = seconds('delay_loop') ?? DEFAULT_EVERY_S;
  const isOff = (words: readonly string[]): boolean => /^(?:no|off|false)$/u.test(words[1] ?? '');
  return {
    name,
    every_s,
    timeout_s: seconds('connect_timeout', 'misc_timeout') ?? DEFAULT_TIMEOUT_S,
    retries: seconds('retry', 'nb_get_retry') ?? RETRIES[name] ?? 1,
    betweenRetries_s:
      seconds('delay_before_retry') ?? (name === 'DNS_CHECK' ? every_s : (BETWEEN_S[name] ?? 1)),
    inhibits: [server, around].some((level) =>
      level.some(({ words }) => words[0] === 'inhibit_on_failure' && !isOff(words)),
    ),
  };
}

/** Braces make blocks, line ends statements; `!` and `#` begin comments. */
function parse(text: string, ignored: string[]): readonly Statement[] {
  const words = wordsOf(text);
  let at = 0;
  const block = (depth: number): Statement[] => {
    const statements: Statement[] = [];
    while (at < words.length) {
      const { text: first, line } = words[at]!;
      if (first === '}') {
        at++;
        if (depth > 0) return statements;
        ignored.push(`line ${line}: a brace that closes nothing`);
        continue;
      }
      const statement: string[] = [];
      while (at < words.length && words[at]!.line === line && !'{}'.includes(words[at]!.text))
        statement.push(words[at++]!.text);
      // A brace may stand on a line of its own.
      const opens = words[at]?.text === '{';
      if (opens) at++;
      if (opens && depth >= DEEPEST) {
        ignored.push(`line ${line}: blocks nest deeper than ${DEEPEST}`);
        at = words.length;
        return statements;
      }
      statements.push({ words: statement, line, block: opens ? block(depth + 1) : null });
    }
    if (depth > 0) ignored.push('the file ends inside a block');
    return statements;
  };
  return block(0);
}

function wordsOf(text: string): Word[] {
  return text.split(/\r?\n/u).flatMap((raw, index) =>
    [
      ...raw
        .slice(0, 2000)
        .split(/[!#]/u, 1)[0]!
        .matchAll(/[{}]|"[^"]*"|[^\s{}]+/gu),
    ].map(([word]) => ({
      text: word.replace(/^"|"$/gu, ''),
      line: index + 1,
    })),
  );
}
