/** Another run of the same scenario beside this one: what would have been, what was before, or the other mode. */
import type { Scenario } from '../scenario/scenario.ts';
import { valueIn, withValue } from './knobs/changes.ts';

/** The other run; its changes are as behind --set. */
export interface Other {
  readonly set: readonly string[];
  readonly name: string;
  readonly ownName: string;
  /** Whether its picture stands beside, too, or only its charts behind. */
  readonly isBeside: boolean;
}

interface CompareProps {
  readonly scenario: Scenario;
  readonly set: readonly string[];
  readonly other: Other | null;
  readonly choose: (other: Other | null) => void;
}

const MODE = 'net.ipv4.vs.conn_reuse_mode';

export function Compare({ scenario, set, other, choose }: CompareProps) {
  const mode = valueIn(set, MODE) ?? scenario.sysctl[MODE];
  const opposite = Number(mode) === 0 ? 1 : 0;
  return (
    <>
      <h2>Compare</h2>
      <p class="acts">
        {mode !== undefined && (
          <button
            type="button"
            onClick={() =>
              choose({
                set: withValue(set, MODE, String(opposite)),
                name: `conn_reuse_mode ${opposite}`,
                ownName: `conn_reuse_mode ${mode}`,
                isBeside: true,
              })
            }
          >
            Mode {opposite} beside mode {mode}
          </button>
        )}
        <button
          type="button"
          onClick={() => choose({ set, name: 'as it was', ownName: 'as it is now', isBeside: true })}
        >
          Keep this run beside
        </button>
        {other !== null && (
          <>
            <label>
              <input
                type="checkbox"
                checked={other.isBeside}
                onChange={({ currentTarget }) => choose({ ...other, isBeside: currentTarget.checked })}
              />{' '}
              with its picture
            </label>
            <button type="button" onClick={() => choose(null)}>
              One run
            </button>
          </>
        )}
      </p>
      {other !== null && (
        <p class="note">
          Pale and dashed in the charts: <b>{other.name}</b>.
        </p>
      )}
    </>
  );
}
