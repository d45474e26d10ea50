/**
 * Connections as they were, a row each: CSV with a header, of which only `start_s` is needed. What a row leaves
 * out is as the scenario has it elsewhere.
 */

import { readHost } from '../addresses.ts';
import { accept, type Reading, reject } from '../reading.ts';

/** In the order of their starts. */
export interface ReplayRows {
  readonly length: number;
  /** From the client's own start on. */
  readonly start_ns: Float64Array;
  /** Place in `addresses`; 0 where there are none. */
  readonly address: Uint16Array;
  readonly addresses: readonly string[];
  /** Source port, 0 where connect() chooses. */
  readonly port: Uint16Array;
  readonly requests: Uint32Array;
  /** Of each request and each answer; NOT_SAID for what the client and the real server have. */
  readonly requestBytes: Int32Array;
  readonly responseBytes: Int32Array;
  /** What a request takes the real server, and what passes between an answer and the next request. */
  readonly service_ns: Float64Array;
  readonly pause_ns: Float64Array;
  /** A place in CLOSERS. */
  readonly closes: Uint8Array;
}

export const NOT_SAID = -1;
/** Who closes the connection; the first is for what the real server's `closesFirst` says. */
export const CLOSERS = ['', 'server', 'client'] as const;

export const REPLAY_COLUMNS = {
  start_s: 'when the client sends its first SYN, in seconds after its own `start`',
  address: 'source address',
  port: 'source port; where it is taken, or left out, connect() chooses',
  requests: 'requests on the connection, one after the other [1]',
  request_bytes: 'size of each request [requestBytes]',
  response_bytes: 'size of each answer [responseBytes]',
  service_ms: 'time that each takes the real server [serviceTime]',
  pause_ms: 'time between an answer and the next request [0]',
  closes: '`server` or `client` [closesFirst]',
} as const;

type Column = keyof typeof REPLAY_COLUMNS;

export const LIMITS = { rows: 1_000_000, addresses: 65_536, requests: 1_000_000, bytes: 64 * 2 ** 20 };
const LONGEST_S = 168 * 3600;

/** Reads the rows, or says what is wrong with the first that is. */
export function readReplayRows(text: string): Reading<ReplayRows> {
  const lines = text.split(/\r\n|\r|\n/u);
  const [first = ''] = lines;
  const header = first.split(',').map((name) => name.trim());
  const unknown = header.find((name) => !(name in REPLAY_COLUMNS));
  if (unknown !== undefined) {
    const names = Object.keys(REPLAY_COLUMNS).join(', ');
    return reject(
      `begins with a header; "${unknown.slice(0, 40)}" is none of its columns`,
      `they are ${names}`,
    );
  }
  if (!header.includes('start_s')) return reject('needs the column start_s');
  if (new Set(header).size < header.length) return reject('has a column twice');
  const rows = lines.flatMap((line, index) => (index === 0 || line.trim() === '' ? [] : [{ line, index }]));
  if (rows.length === 0) return reject('has no rows');
  if (rows.length > LIMITS.rows) return reject(`has more than ${LIMITS.rows} rows`);
  return readCells(header as Column[], rows);
}

interface Row {
  readonly line: string;
  /** Of the line, from 0. */
  readonly index: number;
}

function readCells(header: readonly Column[], rows: readonly Row[]): Reading<ReplayRows> {
  const found = emptyRows(rows.length);
  const places = new Map<string, number>();
  for (const [row, { line, index }] of rows.entries()) {
    const cells = line.split(',');
    if (cells.length !== header.length)
      return reject(`has ${cells.length} values in line ${index + 1}, and its header ${header.length}`);
    for (const [place, column] of header.entries()) {
      const wrong = setCell(found, places, row, column, cells[place]!.trim());
      if (wrong !== null) return reject(`needs ${wrong} in line ${index + 1}, column ${column}`);
    }
  }
  return accept(inOrder({ ...found, addresses: [...places.keys()] }));
}

function emptyRows(length: number) {
  return {
    length,
    start_ns: new Float64Array(length),
    address: new Uint16Array(length),
    port: new Uint16Array(length),
    requests: new Uint32Array(length).fill(1),
    requestBytes: new Int32Array(length).fill(NOT_SAID),
    responseBytes: new Int32Array(length).fill(NOT_SAID),
    service_ns: new Float64Array(length).fill(NOT_SAID),
    pause_ns: new Float64Array(length),
    closes: new Uint8Array(length),
  };
}

/** What the cell must be instead, or null. */
function setCell(
  rows: ReturnType<typeof emptyRows>,
  places: Map<string, number>,
  row: number,
  column: Column,
  cell: string,
): string | null {
  switch (column) {
    case 'start_s':
      return setTime(rows.start_ns, row, cell, 1e9);
    case 'service_ms':
      return cell === '' ? null : setTime(rows.service_ns, row, cell, 1e6);
    case 'pause_ms':
      return cell === '' ? null : setTime(rows.pause_ns, row, cell, 1e6);
    case 'port':
      return setWhole(rows.port, row, cell, 0, 65_535);
    case 'requests':
      return setWhole(rows.requests, row, cell, 1, LIMITS.requests);
    case 'request_bytes':
      return setWhole(rows.requestBytes, row, cell, 0, LIMITS.bytes);
    case 'response_bytes':
      return setWhole(rows.responseBytes, row, cell, 0, LIMITS.bytes);
    case 'closes': {
      const closer = CLOSERS.indexOf(cell as (typeof CLOSERS)[number]);
      if (closer < 0) return 'server, client or nothing';
      rows.closes[row] = closer;
      return null;
    }
    case 'address': {
      const host = readHost(cell);
      if (!host.ok) return 'an address';
      const place = places.get(host.value) ?? places.size;
      if (place >= LIMITS.addresses) return `no more than ${LIMITS.addresses} addresses`;
      places.set(host.value, place);
      rows.address[row] = place;
      return null;
    }
  }
}

const DECIMAL = /^\d{1,12}(?:\.\d{1,12})?$/;

function setTime(values: Float64Array, row: number, cell: string, unit_ns: number): string | null {
  if (!DECIMAL.test(cell)) return 'a number such as 1.25';
  const value_ns = Math.round(Number(cell) * unit_ns);
  if (value_ns > LONGEST_S * 1e9) return 'at most a week';
  values[row] = value_ns;
  return null;
}

function setWhole(
  values: Uint16Array | Uint32Array | Int32Array,
  row: number,
  cell: string,
  least: number,
  most: number,
): string | null {
  if (cell === '') return null;
  const value = /^\d{1,9}$/.test(cell) ? Number(cell) : Number.NaN;
  if (!(value >= least && value <= most)) return `a whole number from ${least} to ${most}`;
  values[row] = value;
  return null;
}

/** Rows that start at once stay as they stand. */
function inOrder(rows: ReplayRows): ReplayRows {
  const { start_ns, length } = rows;
  let isSorted = true;
  for (let row = 1; row < length; row++) if (start_ns[row]! < start_ns[row - 1]!) isSorted = false;
  if (isSorted) return rows;
  const order = Array.from({ length }, (_none, row) => row).sort(
    (a, b) => start_ns[a]! - start_ns[b]! || a - b,
  );
  const sorted = <T extends { [row: number]: number; slice(): T }>(column: T): T => {
    const copy = column.slice();
    for (let row = 0; row < length; row++) copy[row] = column[order[row]!]!;
    return copy;
  };
  return {
    ...rows,
    start_ns: sorted(rows.start_ns),
    address: sorted(rows.address),
    port: sorted(rows.port),
    requests: sorted(rows.requests),
    requestBytes: sorted(rows.requestBytes),
    responseBytes: sorted(rows.responseBytes),
    service_ns: sorted(rows.service_ns),
    pause_ns: sorted(rows.pause_ns),
    closes: sorted(rows.closes),
  };
}

/** A connection of the columns that are known of it. */
export interface ReplayRow {
  readonly start_ns: number;
  readonly address?: string;
  readonly port?: number;
  readonly requests?: number;
  readonly requestBytes?: number;
  readonly responseBytes?: number;
  readonly service_ns?: number;
  readonly pause_ns?: number;
  readonly closes?: 'server' | 'client';
}

const CELLS: Readonly<Record<Column, (row: ReplayRow) => string>> = {
  start_s: ({ start_ns }) => String(start_ns / 1e9),
  address: ({ address }) => address ?? '',
  port: ({ port }) => String(port ?? ''),
  requests: ({ requests }) => String(requests ?? ''),
  request_bytes: ({ requestBytes }) => String(requestBytes ?? ''),
  response_bytes: ({ responseBytes }) => String(responseBytes ?? ''),
  service_ms: ({ service_ns }) => (service_ns === undefined ? '' : String(service_ns / 1e6)),
  pause_ms: ({ pause_ns }) => (pause_ns === undefined ? '' : String(pause_ns / 1e6)),
  closes: ({ closes }) => closes ?? '',
};

/** Rows as readReplayRows() reads them; columns of which no row says anything are left out. */
export function writeReplayRows(rows: readonly ReplayRow[]): string {
  const columns = (Object.keys(CELLS) as Column[]).filter(
    (column) => column === 'start_s' || rows.some((row) => CELLS[column](row) !== ''),
  );
  const lines = rows.map((row) => columns.map((column) => CELLS[column](row)).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}
