/** The packets as the report draws them. The drawing is parsed as SVG, never as HTML, and its text is escaped already. */
import { useEffect, useRef } from 'preact/hooks';
import type { Ladder as Steps } from '../../report/packets/ladder.ts';
import { ladderSvg } from '../../report/svg/svg_ladder.ts';
import { Scroller } from '../scroller.tsx';

export function Ladder({ ladder, title }: { readonly ladder: Steps; readonly title: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const drawn = new DOMParser().parseFromString(ladderSvg(ladder, title), 'image/svg+xml');
    place.current!.replaceChildren(document.importNode(drawn.documentElement, true));
  }, [ladder, title]);
  return (
    <Scroller name={title}>
      <div class="ladder-place" ref={place} />
    </Scroller>
  );
}
