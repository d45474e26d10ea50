/** What keys do: one table that acts, and that `?` shows. */
import { useEffect } from 'preact/hooks';

export interface Key {
  readonly key: string;
  readonly name: string;
  readonly does: string;
  readonly act: () => void;
}

/** Keys act wherever the focus is, except where they have a meaning already. */
export function useKeys(keys: readonly Key[]): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const found = keys.find(({ key }) => key === event.key);
      if (found === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      const focused = event.composedPath()[0];
      if (focused instanceof HTMLElement && isTaken(focused, event.key)) return;
      event.preventDefault();
      found.act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
}

/** Who writes or chooses needs every key; a button, and a picture that scrolls, need some. */
function isTaken(focused: HTMLElement, key: string): boolean {
  if (focused.isContentEditable || focused.closest('input, select, textarea, dialog') !== null) return true;
  if (focused.closest('.scroller') !== null) return SCROLLS.includes(key);
  return key === ' ' && focused.closest('button, summary') !== null;
}

const SCROLLS: readonly string[] = [' ', 'ArrowLeft', 'ArrowRight', 'Home', 'End'];
