/** The picture: what is simulated, its ports as places, beside it perhaps those of another run, and the clock. */
import type { RunView } from '../run/run_view.ts';
import { Clock } from './clock.tsx';
import { Now } from './now.tsx';
import { PortPicture } from './port_picture.tsx';
import { Servers } from './servers.tsx';
import type { StepKind } from './steps.ts';
import type { Playing } from './use_player.ts';

export interface Beside {
  readonly view: RunView | null;
  /** What it is, and what the run itself is beside it. */
  readonly name: string;
  readonly ownName: string;
}

interface StageProps {
  readonly view: RunView | null;
  /** Another run that is seen beside it; null for none. */
  readonly beside: Beside | null;
  readonly playing: Playing;
  readonly at_s: number;
  readonly scheme: string;
  readonly isHidden: boolean;
  readonly step: (kind: StepKind, direction: 1 | -1) => void;
  readonly watch: (owner: number) => void;
  readonly picked: number | null;
  readonly pick: (port: number) => void;
}

const LABEL = 'The port map: its figures stand below it';

export function Stage(props: StageProps) {
  const { view, beside, playing, at_s, scheme, isHidden, step, watch, picked, pick } = props;
  const shared = { player: playing.player, scheme, at_s };
  return (
    <section class="stage" aria-label="The picture" hidden={isHidden}>
      <h1>{view === null ? 'The simulator is starting' : view.scenario.title || view.scenario.name}</h1>
      {view !== null && <PortsText view={view} watch={watch} />}
      <div class={beside === null ? 'pictures' : 'pictures two'}>
        <figure>
          {beside !== null && <figcaption>{beside.ownName}</figcaption>}
          <PortPicture {...shared} view={view} label={LABEL} picked={picked} pick={pick} />
        </figure>
        {beside !== null && (
          <figure class="beside">
            <figcaption>{beside.name}</figcaption>
            <PortPicture {...shared} view={beside.view} label={beside.name} picked={picked} pick={pick} />
          </figure>
        )}
      </div>
      <Clock view={view} playing={playing} at_s={at_s} step={step} />
      <div class={beside === null ? 'figures' : 'figures two'}>
        {view !== null && <Figures view={view} at_ns={playing.at_ns} />}
        {beside?.view != null && <Figures view={beside.view} at_ns={playing.at_ns} />}
      </div>
    </section>
  );
}

function Figures(props: { readonly view: RunView; readonly at_ns: number }) {
  return (
    <div class="of-run">
      <Now {...props} />
      <Servers {...props} />
    </div>
  );
}

function PortsText({ view, watch }: { readonly view: RunView; readonly watch: (owner: number) => void }) {
  const { owner, owners, cells } = view;
  const last = cells.first + (cells.count - 1) * cells.step;
  const name = ({ address, virtual }: typeof owner) => `${address} towards ${virtual}`;
  return (
    <p class="lead">
      A cell for each source port of{' '}
      {owners.length === 1 ? (
        name(owner)
      ) : (
        <select
          aria-label="Whose ports are shown"
          value={owners.findIndex((one) => name(one) === name(owner))}
          onChange={({ currentTarget }) => watch(Number(currentTarget.value))}
        >
          {owners.map((one, index) => (
            <option key={name(one)} value={index}>
              {name(one)}
            </option>
          ))}
        </select>
      )}
      , {cells.first} to {last}
      {cells.step === 2 ? ', every second one' : ''}. It has the colour of its entry in the connection table
      and fades as the entry’s timer runs out.
    </p>
  );
}
