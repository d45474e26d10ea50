/** A recording of a real kernel: its header and steps, read from JSON lines and checked. */
import { z } from 'zod';

/** Later times would overflow the jiffies of a 1000 Hz kernel, and no recording comes near. */
const LATEST_MS = 10 * 24 * 3600 * 1000;

const int32 = z.number().int().min(0).max(0x7fffffff);
const uint32 = z.number().int().min(0).max(0xffffffff);
const weight = z.number().int().min(0).max(65535);
const time_ms = z.number().min(0).max(LATEST_MS);

const servers = z.array(z.object({ addr: z.string(), weight }));

/** An address that the director serves. With rules in place of IPVS there is no scheduler. */
const Service = z.object({
  /** `10.96.0.10:80`; where packets are marked for the service, `fwmark` and `targets` stand in its place. */
  vip: z.string().optional(),
  fwmark: z.number().int().min(1).max(0xffffffff).optional(),
  /** The addresses that the rule of the mangle table marks. */
  targets: z.array(z.string()).min(1).optional(),
  protocol: z.enum(['tcp', 'udp', 'sctp']),
  scheduler: z.string().optional(),
  schedFlags: z.union([z.string(), z.array(z.string())]).optional(),
  /** Seconds. */
  persist: z.number().int().min(0).max(86400).optional(),
  /** `255.255.255.0`: clients of one network share a template. */
  persistMask: z.string().optional(),
  onePacket: z.boolean().optional(),
  realServers: servers.optional(),
  /** On the director's own client-side address. */
  nodePort: z.boolean().optional(),
});

const Header = z.object({
  kernel: z.string(),
  hz: z.union([z.literal(100), z.literal(250), z.literal(1000)]),
  initialJiffies: uint32.optional(),
  forward: z.enum(['masq', 'route', 'tunnel']).default('masq'),
  sysctl: z.record(z.string(), int32),
  realServers: servers,
  /** False where no rule asks for conntrack. */
  track: z.boolean().optional(),
});

/** Format 1 has one service, in the header itself. */
const Header1 = Header.extend(
  Service.omit({ realServers: true, nodePort: true, fwmark: true, targets: true }).extend({
    vip: z.string(),
    protocol: z.enum(['tcp', 'udp']),
    scheduler: z.string(),
  }).shape,
);

/** Format 2 has a list of them, kube-proxy's modes, masquerading, and clients on the director. */
const Header2 = Header.extend({
  path: z.enum(['ipvs', 'iptables', 'nftables']),
  family: z.union([z.literal(4), z.literal(6)]),
  masquerade: z.enum(['none', 'plain', 'random-fully']),
  podRange: z.string().optional(),
  client: z.literal('director').optional(),
  services: z.array(Service).min(1),
  directorAddresses: z.object({ clientSide: z.string(), serverSide: z.string() }),
  /** Seconds of sessionAffinity. */
  affinity: z.number().int().min(0).max(86400).optional(),
  /** Whether FORWARD drops INVALID packets; default by the mode. */
  dropInvalid: z.boolean().optional(),
});

const packet = {
  src: z.string(),
  dst: z.string(),
  flags: z.string().optional(),
  udp: z.boolean().optional(),
  /** The chunk, and its verification tag. */
  sctp: z.string().optional(),
  vtag: uint32.optional(),
};

const Frame = z.object({
  ...packet,
  to: z.enum(['client', 'server']),
  /** "type/code" */
  icmp: z.string().optional(),
  /** The real server it was sent to, by its MAC. */
  rs: z.string().optional(),
  ipip: z.object(packet).optional(),
});

/** [protocol, client, virtual, destination, state, seconds] */
const ConnectionRow = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.number()]);
/** [protocol, original source, destination, reply source, destination, state, seconds, flags] */
const ConntrackRow = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.number(),
  z.string(),
]);
/** [weight, ActiveConn, InActConn] */
const RealServerRow = z.tuple([z.number(), z.number(), z.number()]);

const realServerRows = z.record(z.string(), RealServerRow);

const Step = z.object({
  op: z.enum(['client', 'server', 'sleep', 'sysctl', 'weight', 'add', 'del', 'endpoints', 'conntrack']),
  /** Milliseconds since boot: when it began, and when the state below was read. */
  at: time_ms,
  seen: time_ms,
  src: z.string().optional(),
  dst: z.string().optional(),
  flags: z.string().optional(),
  seq: uint32.optional(),
  ack: uint32.optional(),
  len: z.number().int().min(0).max(65535).optional(),
  udp: z.boolean().optional(),
  /** The chunk, its verification tag, and the initiate tag of INIT and INIT-ACK. */
  sctp: z.string().optional(),
  vtag: uint32.optional(),
  itag: uint32.optional(),
  dest: z.string().optional(),
  /** Which service a change of destinations is for, where there are several. */
  service: z.string().optional(),
  /** What a service of rules lists from now on. */
  endpoints: z.array(z.string()).optional(),
  /** Flows that `conntrack -D` removes. */
  delete: z.object({ protocol: z.string(), origDst: z.string(), replySrc: z.string() }).optional(),
  weight: weight.optional(),
  key: z.string().optional(),
  value: int32.optional(),
  seconds: z.number().optional(),
  out: z.array(Frame),
  ipvs: z.array(ConnectionRow).optional(),
  /** With several services, by service and destination; see flatRealServers(). */
  rs: z.union([realServerRows, z.record(z.string(), realServerRows)]).optional(),
  ct: z.array(ConntrackRow).optional(),
});

/** A header as format 1 has it. */
export type SingleServiceHeader = z.infer<typeof Header1>;
export type ServiceHeader = z.infer<typeof Service>;
/** A header of either format; what format 1 does not say has the value that it means. */
export type RecordingHeader = Omit<z.infer<typeof Header2>, 'directorAddresses'> & {
  /** Whether kube-proxy's rules are loaded, and with them NAT's hooks. */
  readonly natRules: boolean;
  readonly directorAddresses: { readonly clientSide: string | null; readonly serverSide: string };
};
export type Frame = z.infer<typeof Frame>;
export type Step = Omit<z.infer<typeof Step>, 'rs'> & {
  readonly rs?: Readonly<Record<string, RealServerRow>> | undefined;
};
export type ConnectionRow = Readonly<z.infer<typeof ConnectionRow>>;
export type ConntrackRow = Readonly<z.infer<typeof ConntrackRow>>;
export type RealServerRow = Readonly<z.infer<typeof RealServerRow>>;

export interface Recording {
  readonly header: Readonly<RecordingHeader>;
  readonly steps: readonly Readonly<Step>[];
}

/** A recording with one service, as format 1 has it. */
export interface SingleServiceRecording {
  readonly header: Readonly<SingleServiceHeader>;
  readonly steps: readonly Readonly<Step>[];
}

/** Something is wrong with the file itself; `line` counts from 1. */
export class RecordingError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'RecordingError';
    this.line = line;
  }
}

const FORMATS = ['ipvs-trace/1', 'ipvs-trace/2'];

/** What a step of each kind cannot do without. */
const NEEDS: Readonly<Record<Step['op'], readonly (keyof Step)[]>> = {
  client: ['src'],
  server: ['src', 'dst'],
  sleep: [],
  sysctl: ['key', 'value'],
  weight: ['dest', 'weight'],
  add: ['dest'],
  del: ['dest'],
  endpoints: ['endpoints'],
  conntrack: ['delete'],
};

/** Reads a recording. Throws RecordingError where the text is damaged or is no recording. */
export function parseRecording(text: string): Recording {
  const lines = text.split('\n');
  while (lines.length > 0 && lines[lines.length - 1]!.trim() === '') lines.pop();
  if (lines.length === 0) throw new RecordingError(1, 'the file is empty');
  const header = parseHeader(lines[0]!);
  const steps: Step[] = [];
  let previous_ms = 0;
  for (let i = 1; i < lines.length; i++) {
    const step = parseStep(lines[i]!, i + 1);
    if (step.at < previous_ms || step.seen < step.at) {
      throw new RecordingError(i + 1, 'the step begins before the one above it, or ends before it begins');
    }
    previous_ms = step.seen;
    steps.push(step);
  }
  if (steps.length === 0) throw new RecordingError(1, 'the recording has no steps');
  return { header, steps };
}

function parseHeader(line: string): RecordingHeader {
  const value = parseJson(line, 1);
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== FORMATS[0] && format !== FORMATS[1]) {
    throw new RecordingError(
      1,
      `not a recording: the first line must say "format": "${FORMATS.join('" or "')}"`,
    );
  }
  const header =
    format === FORMATS[0] ? withServices(checked(Header1, value, 1, 'header')) : headerOfFormat2(value);
  // INITIAL_JIFFIES: buckets of the timer wheel lie on absolute jiffies.
  if (header.initialJiffies !== undefined && header.initialJiffies !== 2 ** 32 - 300 * header.hz) {
    throw new RecordingError(1, `the header's "initialJiffies" is not 2^32 - 300 * ${header.hz}`);
  }
  return header;
}

/** The director's own address on the real servers' side in every recording of format 1. */
const SERVER_SIDE = '10.0.2.1';

/** What a header of format 1 means in today's words. */
export function withServices(single: SingleServiceHeader): RecordingHeader {
  const { vip, protocol, scheduler, schedFlags, persist, persistMask, onePacket, ...header } = single;
  return {
    ...header,
    path: 'ipvs',
    family: 4,
    masquerade: 'none',
    services: [{ vip, protocol, scheduler, schedFlags, persist, persistMask, onePacket }],
    directorAddresses: { clientSide: null, serverSide: SERVER_SIDE },
    natRules: false,
  };
}

function headerOfFormat2(value: unknown): RecordingHeader {
  const header = checked(Header2, value, 1, 'header');
  return { ...header, natRules: header.path !== 'ipvs' || header.masquerade !== 'none' };
}

function parseStep(line: string, number: number): Step {
  const step = checked(Step, parseJson(line, number), number, 'step');
  // A chunk of SCTP says no length.
  const isSegment = (step.op === 'client' || step.op === 'server') && step.sctp === undefined;
  const needs: readonly (keyof Step)[] = isSegment ? [...NEEDS[step.op], 'len'] : NEEDS[step.op];
  const missing = needs.find((key) => step[key] === undefined);
  if (missing !== undefined) throw new RecordingError(number, `a step "${step.op}" needs "${missing}"`);
  const { rs, ...rest } = step;
  return rs === undefined ? rest : { ...rest, rs: flatRealServers(rs) };
}

/** Rows of several services are told apart by the service in front of the destination's name. */
function flatRealServers(rs: NonNullable<z.infer<typeof Step>['rs']>): Record<string, RealServerRow> {
  const flat: Record<string, RealServerRow> = {};
  const isRow = (value: RealServerRow | Record<string, RealServerRow>): value is RealServerRow =>
    Array.isArray(value);
  for (const [name, value] of Object.entries<RealServerRow | Record<string, RealServerRow>>(rs)) {
    if (isRow(value)) flat[name] = value;
    else for (const [dest, row] of Object.entries(value)) flat[realServerName(name, dest)] = row;
  }
  return flat;
}

/** A service as the steps name it. Throws RecordingError where the header says neither address nor mark. */
export function serviceName({ vip, fwmark }: ServiceHeader): string {
  if (vip !== undefined) return vip;
  if (fwmark !== undefined) return fwmarkName(fwmark);
  throw new RecordingError(
    1,
    'the header\'s "services" is wrong: a service has a "vip", or "fwmark" and "targets"',
  );
}

export function fwmarkName(fwmark: number): string {
  return `fwmark ${fwmark}`;
}

/** The addresses that clients of the service may send to; at least one. */
export function virtualAddresses(service: ServiceHeader): readonly string[] {
  return service.targets ?? [serviceName(service)];
}

export function realServerName(service: string, dest: string): string {
  return `${service} ${dest}`;
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new RecordingError(
      number,
      number === 1 ? 'not a recording: the first line is not JSON' : 'not JSON; the file may be cut short',
    );
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, line: number, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const where = path.length === 0 ? what : `${what}'s "${path.join('.')}"`;
  throw new RecordingError(
    line,
    `the ${where} is wrong: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
  );
}
