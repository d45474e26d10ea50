/**
 * The scenario in CodeMirror, with the schema's completion and hover, and problems in the gutter. It stands in a shadow
 * root: there CodeMirror puts its style into a constructable style sheet, which the page's policy does not have to allow.
 */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Problem } from '../../scenario/text/problem.ts';
import { mapAround, type Path } from './map_around.ts';
import { keysAt, meaningOf, sentenceOf, valuesAt } from './schema_help.ts';
import { bracesAt, keyAt } from './yaml_place.ts';

export interface CodeEditor {
  readonly text: string;
  replace(text: string): void;
  show(problems: readonly Problem[]): void;
  focus(): void;
  close(): void;
}

export function openEditor(host: HTMLElement, text: string, changed: (text: string) => void): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const place = document.createElement('div');
  root.replaceChildren(place);
  const view = new EditorView({
    parent: place,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        yaml(),
        syntaxHighlighting(colours),
        autocompletion({ override: [complete] }),
        hoverTooltip(explain),
        keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'The scenario as YAML' }),
        look,
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) changed(state.doc.toString());
        }),
      ],
    }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    replace: (to) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: to } }),
    show: (problems) => view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state, problems))),
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}

/** In the words of the command line. What comes from --set has no place in the text. */
function diagnosticsOf({ doc }: EditorState, problems: readonly Problem[]): Diagnostic[] {
  return problems
    .filter(({ file, line }) => !file.startsWith('--') && line <= doc.lines)
    .map(({ line, column, length, message, hint, severity }) => {
      const { from, to } = doc.line(Math.max(1, line));
      const start = Math.min(to, from + Math.max(0, column - 1));
      const words = hint === null ? message : `${message}\n${hint}`;
      return { from: start, to: Math.min(to, start + length), severity, message: words };
    });
}

/** Characters before the cursor that are looked at for a key and its value. */
const LONGEST_VALUE = 300;

function complete(context: CompletionContext): CompletionResult | null {
  const { state, pos, explicit } = context;
  const line = state.doc.lineAt(pos);
  const before = line.text.slice(0, pos - line.from);
  const value = /(?:^|[\s{,-])([\w.-]+):\s+([^\s{[,]*)$/u.exec(before.slice(-LONGEST_VALUE));
  const braces = bracesAt(state, pos);
  if (value !== null) {
    const [, key = '', typed = ''] = value;
    const start = before.length - value[0].length + (/^[\s{,-]/u.test(value[0]) ? 1 : 0);
    const around = braces ?? mapAround(linesOf(state), line.number - 1, start);
    const options = valuesAt([...around, key]).map((label): Completion => ({ label, type: 'constant' }));
    return options.length === 0 ? null : { from: pos - typed.length, options };
  }
  const typed = braces === null ? /^\s*(?:-\s+)*([\w.-]*)$/u.exec(before) : /[{,]\s*([\w.-]*)$/u.exec(before);
  if (typed === null || (typed[1] === '' && !explicit)) return null;
  const from = pos - typed[1]!.length;
  const path = braces ?? mapAround(linesOf(state), line.number - 1, from - line.from);
  return { from, options: keysAt(path).map(keyOption), validFor: /^[\w.-]*$/u };
}

function keyOption([key, meaning]: ReturnType<typeof keysAt>[number]): Completion {
  return { label: key, apply: `${key}: `, type: 'property', info: sentenceOf(meaning) };
}

function linesOf({ doc }: EditorState): readonly string[] {
  return doc.toString().split('\n');
}

function explain({ state }: EditorView, position: number) {
  const found = keyAt(state, position);
  const meaning = found === null ? null : meaningOf(found.path);
  if (found === null || meaning === null) return null;
  return {
    pos: found.from,
    end: found.to,
    create: () => ({ dom: hoverText(found.path, sentenceOf(meaning)) }),
  };
}

function hoverText(path: Path, sentence: string): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'cm-explain';
  const key = document.createElement('b');
  key.textContent = path.at(-1) ?? '';
  dom.append(key, ` ${sentence}`);
  return dom;
}

const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--panel)', fontSize: '12.5px', borderRadius: '6px' },
  '&.cm-focused': { outline: '2px solid var(--c1)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', maxHeight: '34em', lineHeight: '1.45' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { color: 'var(--muted)', backgroundColor: 'var(--panel)', border: 'none' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection':
    { backgroundColor: 'color-mix(in srgb, var(--c1) 30%, transparent)' },
  '.cm-tooltip': {
    color: 'var(--ink)',
    backgroundColor: 'var(--paper)',
    border: '1px solid var(--muted)',
    borderRadius: '6px',
    maxWidth: '32em',
  },
  '.cm-explain': { padding: '6px 10px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { color: 'var(--paper)', backgroundColor: 'var(--c1)' },
  '.cm-diagnostic': { whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--c1)' },
  { tag: [tags.comment, tags.meta], color: 'var(--muted)' },
  { tag: tags.string, color: 'var(--good)' },
]);
