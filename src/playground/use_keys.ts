/** What keys do: one table that acts, and that `?` shows. */
import { useEffect } from 'preact/hooks';

export interface Key {
  readonly key: string;
  readonly name: string;
  readonly does: string;
  readonly act: () => void;
}

/** Keys act wherever the focus is, except where they write or choose. */
export function useKeys(keys: readonly Key[]): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.composedPath()[0];
      const writes =
        target instanceof HTMLElement &&
        (target.isContentEditable || target.closest('input, select, textarea, button, summary') !== null);
      const found = keys.find(({ key }) => key === event.key);
      if (found === undefined || writes || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      found.act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
}
