/** A chart's first lines: what is measured, and what each colour stands for. What does not fit goes on below. */
import { clip } from '../text.ts';
import { el, svgText, textWidth } from './svg.ts';

export interface LegendEntry {
  readonly name: string;
  /** Class of the swatch: c1.. for a line, f1.. or h0.. for an area. */
  readonly swatch: string;
}

export interface Legend {
  readonly svg: string;
  /** Lines of text that it takes. */
  readonly lines: number;
}

export const LEGEND_LINE = 17;
const SWATCH = 20;
const GAP = 14;
/** A longer name would push the others out of the picture. */
const LONGEST_NAME = 36;

/** The heading on the left and the entries on the right of one line, or the entries below the heading. */
export function legend(
  heading: string,
  entries: readonly LegendEntry[],
  left: number,
  right: number,
): Legend {
  const items = entries.map(({ name, swatch }) => ({ text: clip(name, LONGEST_NAME), swatch }));
  const head = svgText(left, 14, heading, { class: 'strong' });
  const needed = items.reduce((sum, { text }) => sum + SWATCH + textWidth(text) + GAP, 0) - GAP;
  const beside = right - needed;
  // Bold letters are wider.
  if (beside > left + textWidth(heading) * 1.1 + GAP) {
    return { svg: head + flow(items, beside, 14, Number.POSITIVE_INFINITY).svg, lines: 1 };
  }
  const below = flow(items, left, 14 + LEGEND_LINE, right);
  return { svg: head + below.svg, lines: 1 + below.lines };
}

/** Entries from left to right, on as many lines as they need. */
export function flow(
  items: readonly { readonly text: string; readonly swatch: string }[],
  left: number,
  top: number,
  right: number,
): Legend {
  let x = left;
  let y = top;
  const parts = items.map(({ text, swatch }) => {
    const width = SWATCH + textWidth(text);
    if (x > left && x + width > right) {
      x = left;
      y += LEGEND_LINE;
    }
    const part = swatchOf(swatch, x, y) + svgText(x + SWATCH, y, text, { class: 'ink' });
    x += width + GAP;
    return part;
  });
  return { svg: parts.join(''), lines: (y - top) / LEGEND_LINE + 1 };
}

function swatchOf(swatch: string, x: number, y: number): string {
  return swatch.startsWith('c')
    ? el('path', { class: `line ${swatch}`, d: `M${Math.round(x)},${y - 4}h14` })
    : el('rect', { class: swatch, x, y: y - 9, width: 14, height: 10, rx: 2 });
}
