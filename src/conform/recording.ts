/** A recording of a real kernel: its header and steps, read from JSON lines and checked. */

export interface RecordingHeader {
  readonly format: string;
  readonly kernel: string;
  readonly hz: number;
  readonly initialJiffies: number;
  readonly vip: string;
  readonly scheduler: string;
  readonly schedFlags?: string | readonly string[];
  readonly forward: 'masq' | 'route' | 'tunnel';
  readonly protocol: 'tcp' | 'udp';
  /** Seconds. */
  readonly persist?: number;
  readonly onePacket?: boolean;
  readonly sysctl: Readonly<Record<string, number>>;
  readonly realServers: readonly { readonly addr: string; readonly weight: number }[];
  /** False where no rule asks for conntrack. */
  readonly track?: boolean;
}

/** [protocol, client, virtual, destination, state, seconds] */
export type ConnectionRow = readonly [string, string, string, string, string, number];
/** [protocol, original source, destination, reply source, destination, state, seconds, flags] */
export type ConntrackRow = readonly [string, string, string, string, string, string, number, string];
/** [weight, ActiveConn, InActConn] */
export type RealServerRow = readonly [number, number, number];

export interface Frame {
  readonly to: 'client' | 'server';
  readonly src: string;
  readonly dst: string;
  readonly flags?: string;
  readonly udp?: boolean;
  /** "type/code" */
  readonly icmp?: string;
  readonly rs?: string;
  readonly ipip?: {
    readonly src: string;
    readonly dst: string;
    readonly flags?: string;
    readonly udp?: boolean;
  };
}

export interface Step {
  readonly op: 'client' | 'server' | 'sleep' | 'sysctl' | 'weight' | 'add' | 'del';
  /** Milliseconds since boot. */
  readonly at: number;
  readonly seen: number;
  readonly src?: string;
  readonly dst?: string;
  readonly flags?: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly len?: number;
  readonly udp?: boolean;
  readonly dest?: string;
  readonly weight?: number;
  readonly key?: string;
  readonly value?: number;
  readonly seconds?: number;
  readonly out: readonly Frame[];
  readonly ipvs?: readonly ConnectionRow[];
  readonly rs?: Readonly<Record<string, RealServerRow>>;
  readonly ct?: readonly ConntrackRow[];
}

export interface Recording {
  readonly header: RecordingHeader;
  readonly steps: readonly Step[];
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
const OPERATIONS: readonly string[] = ['client', 'server', 'sleep', 'sysctl', 'weight', 'add', 'del'];

/** Reads a recording. Throws RecordingError where the text is damaged or is no recording. */
export function parseRecording(text: string): Recording {
  const lines = text.split('\n');
  while (lines.length > 0 && lines[lines.length - 1]!.trim() === '') lines.pop();
  if (lines.length === 0) throw new RecordingError(1, 'the file is empty');
  const header = parseHeader(lines[0]!);
  const steps: Step[] = [];
  let previous = 0;
  for (let i = 1; i < lines.length; i++) {
    const step = parseStep(lines[i]!, i + 1);
    if (step.at < previous) throw new RecordingError(i + 1, 'the step begins before the one above it');
    previous = step.seen;
    steps.push(step);
  }
  if (steps.length === 0) throw new RecordingError(1, 'the recording has no steps');
  return { header, steps };
}

function parseHeader(line: string): RecordingHeader {
  const header = parseObject(line, 1) as Partial<RecordingHeader>;
  if (header.format !== FORMAT) {
    throw new RecordingError(1, `not a recording: the first line must say "format": "${FORMAT}"`);
  }
  const wrong =
    typeof header.kernel !== 'string'
      ? 'kernel'
      : typeof header.vip !== 'string'
        ? 'vip'
        : ![100, 250, 1000].includes(header.hz as number)
          ? 'hz'
          : typeof header.scheduler !== 'string'
            ? 'scheduler'
            : !['masq', 'route', 'tunnel'].includes(header.forward as string)
              ? 'forward'
              : !['tcp', 'udp'].includes(header.protocol as string)
                ? 'protocol'
                : !isRecord(header.sysctl)
                  ? 'sysctl'
                  : !Array.isArray(header.realServers)
                    ? 'realServers'
                    : null;
  if (wrong !== null) throw new RecordingError(1, `the header has no valid "${wrong}"`);
  return header as RecordingHeader;
}

function parseStep(line: string, number: number): Step {
  const step = parseObject(line, number) as Partial<Step>;
  if (!OPERATIONS.includes(step.op as string)) throw new RecordingError(number, 'the step has no known "op"');
  if (!Number.isFinite(step.at) || !Number.isFinite(step.seen) || !Array.isArray(step.out)) {
    throw new RecordingError(number, 'the step lacks "at", "seen" or "out"');
  }
  const needs: readonly (keyof Step)[] =
    step.op === 'client'
      ? ['src', 'len']
      : step.op === 'server'
        ? ['src', 'dst', 'len']
        : step.op === 'sysctl'
          ? ['key', 'value']
          : step.op === 'weight'
            ? ['dest', 'weight']
            : step.op === 'sleep'
              ? []
              : ['dest'];
  const missing = needs.find((key) => step[key] === undefined);
  if (missing !== undefined) throw new RecordingError(number, `a step "${step.op}" needs "${missing}"`);
  return step as Step;
}

function parseObject(line: string, number: number): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RecordingError(number, 'not JSON; the file may be cut short');
  }
  if (!isRecord(value)) throw new RecordingError(number, 'not a JSON object');
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
