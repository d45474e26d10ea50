/** Asks the worker for a run whenever the scenario or a knob changes, and keeps what it tells. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../../scenario/text/problem.ts';
import type { Source } from '../shipped.ts';
import type { Question, RunAnswer } from './messages.ts';
import { RunView } from './run_view.ts';

export interface Running {
  /** The latest run that could be begun; what is wrong with a later one is in `trouble`. */
  readonly view: RunView | null;
  /** Whether that is the run of what is asked now. */
  readonly isCurrent: boolean;
  readonly trouble: string | null;
  /** What is wrong with the text; empty where the trouble is another one. */
  readonly problems: readonly Problem[];
  /** Counts the parts that have come, so that what is drawn is drawn anew. */
  readonly parts: number;
}

/** What is to be simulated, and whose ports are to be seen. */
export interface Asked {
  readonly source: Source;
  /** As behind --set. */
  readonly set: readonly string[];
  readonly owner: number;
}

/** Nothing is asked with null, and nothing is kept. */
export function useRun(wanted: Asked | null): Running {
  const [running, setRunning] = useState(NOTHING);
  const worker = useRef<Worker | null>(null);
  const id = useRef(0);
  const asked = wanted === null ? '' : keyOf(wanted);
  const latest = useRef(asked);
  latest.current = asked;

  const isWanted = wanted !== null;
  useEffect(() => {
    if (!isWanted) return;
    worker.current = new Worker(new URL('./sim.worker.ts', import.meta.url), { type: 'module' });
    worker.current.onmessage = ({ data }: MessageEvent<RunAnswer>) => {
      if (data.id === id.current) setRunning((before) => after(before, data, latest.current));
    };
    worker.current.onerror = () =>
      setRunning((before) => ({ ...before, trouble: 'The simulator has stopped: reload the page.' }));
    return () => {
      worker.current?.terminate();
      setRunning(NOTHING);
    };
  }, [isWanted]);

  // `asked` is the content of what is wanted.
  useEffect(() => {
    if (wanted === null) return;
    id.current++;
    performance.mark('asked');
    const { source, set, owner } = wanted;
    const question: Question = {
      kind: 'run',
      id: id.current,
      text: source.text,
      file: source.file,
      set,
      owner,
    };
    worker.current!.postMessage(question);
  }, [asked]);

  return { ...running, isCurrent: running.begun === asked };
}

interface Known extends Omit<Running, 'isCurrent'> {
  /** What was asked when the run began. */
  readonly begun: string;
}

const NOTHING: Known = { view: null, begun: '', trouble: null, problems: [], parts: 0 };

function keyOf({ source, set, owner }: Asked): string {
  return [owner, source.file, ...set, '', source.text].join('\n');
}

function after(before: Known, answer: RunAnswer, asked: string): Known {
  const parts = before.parts + 1;
  switch (answer.kind) {
    case 'problems':
      return { ...before, trouble: answer.text, problems: answer.problems, parts };
    case 'stopped':
      return { ...before, trouble: answer.text, problems: [], parts };
    case 'begin':
      return {
        view: new RunView(answer),
        begun: asked,
        trouble: null,
        problems: [],
        parts,
      };
    case 'more':
      before.view?.more(answer.part, answer.now_ns, answer.series);
      return { ...before, parts };
    case 'end':
      performance.mark('computed');
      before.view?.end(answer.part, answer.result);
      return { ...before, parts };
  }
}
