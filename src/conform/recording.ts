/** A recording of a real kernel: its header and steps, read from JSON lines and checked. */
import { z } from 'zod';

/** Later times would overflow the jiffies of a 1000 Hz kernel, and no recording comes near. */
const LATEST_MS = 10 * 24 * 3600 * 1000;

const int32 = z.number().int().min(0).max(0x7fffffff);
const uint32 = z.number().int().min(0).max(0xffffffff);
const weight = z.number().int().min(0).max(65535);
const time_ms = z.number().min(0).max(LATEST_MS);

const Header = z.object({
  kernel: z.string(),
  hz: z.union([z.literal(100), z.literal(250), z.literal(1000)]),
  initialJiffies: uint32.optional(),
  vip: z.string(),
  scheduler: z.string(),
  schedFlags: z.union([z.string(), z.array(z.string())]).optional(),
  forward: z.enum(['masq', 'route', 'tunnel']),
  protocol: z.enum(['tcp', 'udp']),
  /** Seconds. */
  persist: z.number().int().min(0).max(86400).optional(),
  onePacket: z.boolean().optional(),
  sysctl: z.record(z.string(), int32),
  realServers: z.array(z.object({ addr: z.string(), weight })),
  /** False where no rule asks for conntrack. */
  track: z.boolean().optional(),
});

const packet = {
  src: z.string(),
  dst: z.string(),
  flags: z.string().optional(),
  udp: z.boolean().optional(),
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

const Step = z.object({
  op: z.enum(['client', 'server', 'sleep', 'sysctl', 'weight', 'add', 'del']),
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
  dest: z.string().optional(),
  weight: weight.optional(),
  key: z.string().optional(),
  value: int32.optional(),
  seconds: z.number().optional(),
  out: z.array(Frame),
  ipvs: z.array(ConnectionRow).optional(),
  rs: z.record(z.string(), RealServerRow).optional(),
  ct: z.array(ConntrackRow).optional(),
});

export type RecordingHeader = z.infer<typeof Header>;
export type Frame = z.infer<typeof Frame>;
export type Step = z.infer<typeof Step>;
export type ConnectionRow = Readonly<z.infer<typeof ConnectionRow>>;
export type ConntrackRow = Readonly<z.infer<typeof ConntrackRow>>;
export type RealServerRow = Readonly<z.infer<typeof RealServerRow>>;

export interface Recording {
  readonly header: Readonly<RecordingHeader>;
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

const FORMAT = 'ipvs-trace/1';

/** What a step of each kind cannot do without. */
const NEEDS: Readonly<Record<Step['op'], readonly (keyof Step)[]>> = {
  client: ['src', 'len'],
  server: ['src', 'dst', 'len'],
  sleep: [],
  sysctl: ['key', 'value'],
  weight: ['dest', 'weight'],
  add: ['dest'],
  del: ['dest'],
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
  if ((value as { format?: unknown } | null)?.format !== FORMAT) {
    throw new RecordingError(1, `not a recording: the first line must say "format": "${FORMAT}"`);
  }
  const header = checked(Header, value, 1, 'header');
  // INITIAL_JIFFIES: buckets of the timer wheel lie on absolute jiffies.
  if (header.initialJiffies !== undefined && header.initialJiffies !== 2 ** 32 - 300 * header.hz) {
    throw new RecordingError(1, `the header's "initialJiffies" is not 2^32 - 300 * ${header.hz}`);
  }
  return header;
}

function parseStep(line: string, number: number): Step {
  const step = checked(Step, parseJson(line, number), number, 'step');
  const missing = NEEDS[step.op].find((key) => step[key] === undefined);
  if (missing !== undefined) throw new RecordingError(number, `a step "${step.op}" needs "${missing}"`);
  return step;
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
