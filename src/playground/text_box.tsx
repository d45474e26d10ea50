import { useState } from 'preact/hooks';

interface TextBoxProps {
  readonly id: string;
  readonly value: string;
  readonly list?: string;
  readonly isOff?: boolean;
  readonly enter: (value: string) => void;
}

/** A line of text that is handed on when it is whole: what is being typed stays, whatever else changes meanwhile. */
export function TextBox({ id, value, list, isOff = false, enter }: TextBoxProps) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <input
      type="text"
      id={id}
      name={id}
      list={list}
      disabled={isOff}
      value={draft ?? value}
      onInput={({ currentTarget }) => setDraft(currentTarget.value)}
      onChange={({ currentTarget }) => {
        setDraft(null);
        enter(currentTarget.value.trim());
      }}
    />
  );
}
