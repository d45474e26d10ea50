/** What can be changed, compared and handed on, beside the picture. */
import { commandLine } from '../report/command.ts';
import { renderWideCsv } from '../report/forms/csv.ts';
import { Compare, type Other } from './compare.tsx';
import { Knobs } from './knobs/knobs.tsx';
import type { Running } from './run/use_run.ts';
import { CopyLink, Download } from './save.tsx';
import { type Source, shipped } from './shipped.ts';

interface SideProps {
  readonly source: Source;
  readonly set: readonly string[];
  readonly running: Running;
  readonly at_ns: number;
  readonly other: Other | null;
  readonly isHidden: boolean;
  readonly change: (set: readonly string[]) => void;
  /** A link to the instant that the picture is at, or is on its way to. */
  readonly link: () => Promise<string>;
  readonly compare: (other: Other | null) => void;
}

export function Side({ source, set, running, at_ns, other, isHidden, change, link, compare }: SideProps) {
  const { view, trouble } = running;
  const isShipped = shipped(source.name)?.text === source.text;
  const fork = (forked: readonly string[], from_ns: number) => {
    compare({ set, name: `without the change at ${from_ns / 1e9} s`, ownName: 'with it', isBeside: false });
    change(forked);
  };
  return (
    <section class="side" aria-label="What can be changed" hidden={isHidden}>
      {view !== null && (
        <Knobs
          scenario={view.scenario}
          events={view.ownEvents}
          set={set}
          at_ns={at_ns}
          change={change}
          fork={fork}
        />
      )}
      {trouble !== null && (
        <pre class="trouble" role="alert">
          {trouble}
        </pre>
      )}
      {view !== null && <Compare scenario={view.scenario} set={set} other={other} choose={compare} />}
      <h2>The same on the command line</h2>
      <pre class="command">{commandLine('run', { source: source.name, seed: undefined, set })}</pre>
      <p class="acts">
        <CopyLink link={link} />
        {!isShipped && <Download name={fileOf(source)} type="application/yaml" text={() => source.text} />}
        {view?.result != null && (
          <Download name="series.csv" type="text/csv" text={() => renderWideCsv(view.result!)} />
        )}
      </p>
    </section>
  );
}

/** The name that it is saved under: that of the command line, without its folder. */
function fileOf({ name }: Source): string {
  return name.replace(/^.*\//u, '');
}
