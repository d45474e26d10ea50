/** The list of keys, which `?` opens and Escape closes. */
import { useEffect, useRef } from 'preact/hooks';
import type { Key } from './use_keys.ts';

interface KeyListProps {
  readonly keys: readonly Key[];
  readonly isOpen: boolean;
  readonly close: () => void;
}

export function KeyList({ keys, isOpen, close }: KeyListProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} class="key-list" aria-labelledby="key-list-title" onClose={close}>
      <h2 id="key-list-title">Keys</h2>
      <dl>
        {keys.map(({ key, name, does }) => (
          <div key={key}>
            <dt>
              <kbd>{name}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
