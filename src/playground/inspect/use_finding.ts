/** Asks a worker of its own about one request, so that the run beside it goes on. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RequestQuery } from '../../asked_request.ts';
import type { Answer, Found } from '../run/messages.ts';
import type { Source } from '../shipped.ts';

export interface AskedAbout {
  readonly source: Source;
  readonly set: readonly string[];
  readonly query: RequestQuery;
  /** Width of the text. */
  readonly columns: number;
}

export interface Finding {
  readonly found: Found | null;
  readonly trouble: string | null;
  readonly isLooking: boolean;
}

const NOTHING: Finding = { found: null, trouble: null, isLooking: false };

export function useFinding(asked: AskedAbout | null): Finding {
  const [finding, setFinding] = useState(NOTHING);
  const worker = useRef<Worker | null>(null);
  const id = useRef(0);
  useEffect(() => () => worker.current?.terminate(), []);
  useEffect(() => {
    if (asked === null) {
      setFinding(NOTHING);
      return;
    }
    worker.current ??= new Worker(new URL('../run/sim.worker.ts', import.meta.url), { type: 'module' });
    worker.current.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.id !== id.current) return;
      if (data.kind === 'found') setFinding({ found: data, trouble: null, isLooking: false });
      else if (data.kind === 'problems' || data.kind === 'stopped')
        setFinding({ found: null, trouble: data.text, isLooking: false });
    };
    const { source, set, query, columns } = asked;
    const { name, file, text } = source;
    worker.current.postMessage({ kind: 'why', id: ++id.current, name, file, text, set, query, columns });
    setFinding((before) => ({ ...before, isLooking: true }));
  }, [asked]);
  return finding;
}
