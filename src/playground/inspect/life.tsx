/** The life of a port: each row is what happened to it, and leads there. */
import { useMemo } from 'preact/hooks';
import {
  PORT_ENTRY_OVER,
  PORT_OPENED,
  PORT_SYN_DROPPED,
  type PortEvents,
} from '../../measure/port_events.ts';
import { exact, seconds } from '../../report/numbers.ts';
import { openerOfProtocol } from '../../report/opener.ts';
import type { RunView } from '../run/run_view.ts';

interface LifeProps {
  readonly view: RunView;
  readonly port: number;
  readonly parts: number;
  readonly at_ns: number;
  readonly seek: (at_ns: number) => void;
}

/** Rows around the instant; a port of a long run has thousands. */
const BEFORE = 12;
const AFTER = 8;

export function Life({ view, port, parts, at_ns, seek }: LifeProps) {
  const rows = useMemo(() => rowsOf(view.events, port), [view, port, parts]);
  const now = rows.findLastIndex((row) => view.events.at_ns[row]! <= at_ns);
  const from = Math.max(0, now + 1 - BEFORE);
  const shown = rows.slice(from, now + 1 + AFTER);
  return (
    <>
      <h3>Port {port} in the table</h3>
      {rows.length === 0 ? (
        <p class="note">Nothing has happened to it yet.</p>
      ) : (
        <table class="lived">
          <thead>
            <tr>
              <th scope="col">at</th>
              <th scope="col">what happened</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <tr key={row} class={from + index > now ? 'future' : ''}>
                <td>
                  <button type="button" class="quiet" onClick={() => seek(view.events.at_ns[row]!)}>
                    {exact(view.events.at_ns[row]!)}
                  </button>
                </td>
                <td>{wordsOf(view, row)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function rowsOf({ port, length }: PortEvents, wanted: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < length; row++) if (port[row] === wanted) rows.push(row);
  return rows;
}

function wordsOf({ events: { what, kinds, timeout_ns }, owner: { protocol } }: RunView, row: number): string {
  const opener = protocol === 'udp' ? 'datagram' : openerOfProtocol(protocol);
  switch (what[row]) {
    case PORT_OPENED:
      return `the client sends ${protocol === 'sctp' ? 'an' : 'a'} ${opener} from it: a new ${protocol === 'udp' ? 'flow' : 'connection'}`;
    case PORT_SYN_DROPPED:
      return `its ${opener} is dropped`;
    case PORT_ENTRY_OVER:
      return 'its entry ends';
    default:
      return `its entry is in ${kinds[what[row]!]}, with ${seconds(timeout_ns[row]! / 1e9)} to live`;
  }
}
