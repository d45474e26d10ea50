/** The scenario's text, to be changed; the editor itself comes when somebody opens it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../../scenario/text/problem.ts';
import type { Source } from '../shipped.ts';
import type { CodeEditor } from './code_editor.ts';

interface EditorProps {
  readonly source: Source;
  readonly problems: readonly Problem[];
  readonly change: (text: string) => void;
}

/** A pause in typing after which the text is tried. */
const PAUSE_MS = 300;

export function Editor({ source, problems, change }: EditorProps) {
  const [isOpen, setOpen] = useState(false);
  const [opened, setOpened] = useState<CodeEditor | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef({ source, change });
  latest.current = { source, change };
  const handedOn = useRef<string | null>(null);

  useEffect(() => {
    if (!isOpen) return;
    let editor: CodeEditor | null = null;
    let isGone = false;
    let pause: ReturnType<typeof setTimeout> | undefined;
    const typed = (text: string) => {
      clearTimeout(pause);
      pause = setTimeout(() => {
        if (text === latest.current.source.text) return;
        handedOn.current = text;
        latest.current.change(text);
      }, PAUSE_MS);
    };
    void import('./code_editor.ts').then(({ openEditor }) => {
      if (isGone) return;
      editor = openEditor(place.current!, latest.current.source.text, typed);
      setOpened(editor);
    });
    return () => {
      isGone = true;
      clearTimeout(pause);
      editor?.close();
      setOpened(null);
    };
  }, [isOpen]);

  // Another scenario was chosen. What was typed here is there already, and more may have been typed since.
  useEffect(() => {
    if (opened === null || source.text === handedOn.current || opened.text === source.text) return;
    opened.replace(source.text);
  }, [source.text, opened]);
  useEffect(() => opened?.show(problems), [problems, opened]);

  return (
    <details class="editor" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>The scenario as YAML</summary>
      <div class="code" ref={place} />
      <p class="note">Ctrl-Space offers what may stand there; a key under the pointer says what it means.</p>
    </details>
  );
}
