/** Asks the worker for a run whenever the scenario or a knob changes, and keeps what it tells. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, Question } from './messages.ts';
import { RunView } from './run_view.ts';
import type { Source } from './shipped.ts';

export interface Running {
  /** The latest run that could be begun; what is wrong with a later one is in `trouble`. */
  readonly view: RunView | null;
  /** Whether that is the run of what is asked now. */
  readonly isCurrent: boolean;
  readonly trouble: string | null;
  /** Counts the parts that have come, so that what is drawn is drawn anew. */
  readonly parts: number;
}

export function useRun({ text, file }: Source, set: readonly string[]): Running {
  const [running, setRunning] = useState<Known>({ view: null, begun: '', trouble: null, parts: 0 });
  const worker = useRef<Worker | null>(null);
  const id = useRef(0);
  const changes = set.join('\n');
  const asked = `${changes}\n\n${text}`;
  const latest = useRef(asked);
  latest.current = asked;

  useEffect(() => {
    worker.current = new Worker(new URL('./sim.worker.ts', import.meta.url), { type: 'module' });
    worker.current.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.id === id.current) setRunning((before) => after(before, data, latest.current));
    };
    worker.current.onerror = () =>
      setRunning((before) => ({ ...before, trouble: 'The simulator has stopped: reload the page.' }));
    return () => worker.current?.terminate();
  }, []);

  // `changes` is the content of `set`.
  useEffect(() => {
    id.current++;
    const question: Question = { id: id.current, text, file, set };
    worker.current!.postMessage(question);
  }, [text, file, changes]);

  return { ...running, isCurrent: running.begun === asked };
}

interface Known extends Omit<Running, 'isCurrent'> {
  /** What was asked when the run began. */
  readonly begun: string;
}

function after(before: Known, answer: Answer, asked: string): Known {
  const parts = before.parts + 1;
  switch (answer.kind) {
    case 'problems':
    case 'stopped':
      return { ...before, trouble: answer.text, parts };
    case 'begin':
      return {
        view: new RunView(answer.scenario, answer.owner, answer.kinds),
        begun: asked,
        trouble: null,
        parts,
      };
    case 'more':
      before.view?.more(answer.part, answer.now_ns, answer.series);
      return { ...before, parts };
    case 'end':
      before.view?.end(answer.part, answer.result);
      return { ...before, parts };
  }
}
