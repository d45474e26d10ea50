/** The menu of shipped scenarios: one is opened by its name, and a name that none has is answered. */
import { useState } from 'preact/hooks';
import { suggest } from '../scenario/text/suggest.ts';
import { SHIPPED, type Shipped, shipped } from './shipped.ts';
import { TextBox } from './text_box.tsx';

interface MenuProps {
  readonly current: string;
  readonly open: (scenario: Shipped) => void;
  readonly isHidden: boolean;
}

export function Menu({ current, open, isHidden }: MenuProps) {
  const [unknown, setUnknown] = useState<string | null>(null);
  const enter = (name: string) => {
    const found = shipped(name);
    setUnknown(found === undefined && name !== '' ? name : null);
    if (found !== undefined) open(found);
  };
  const meant =
    unknown === null
      ? null
      : suggest(
          unknown,
          SHIPPED.map(({ name }) => name),
        );
  return (
    <div class="menu" hidden={isHidden}>
      <label for="scenario">
        scenario <TextBox id="scenario" list="scenarios" value={current} enter={enter} />
      </label>
      <datalist id="scenarios">
        {SHIPPED.map(({ name, title }) => (
          <option key={name} value={name} label={title} />
        ))}
      </datalist>
      {unknown !== null && (
        <p role="alert">
          There is no scenario “{unknown}”.{' '}
          {meant !== null && (
            <button type="button" class="quiet" onClick={() => enter(meant)}>
              {meant}?
            </button>
          )}
        </p>
      )}
    </div>
  );
}
