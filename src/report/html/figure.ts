/** A chart in the report: one picture for wide windows and one for phones, of which the style sheet shows one. */
import { CHART_WIDTH, NARROW_WIDTH } from '../svg/svg_frame.ts';
import { html, type Markup, markup } from './html_markup.ts';

/** `draw` gives SVG text of that width, empty where there is nothing to show. */
export function figure(draw: (width: number) => string, caption: string): Markup {
  const broad = draw(CHART_WIDTH);
  if (broad === '') return markup('');
  const both = `<div class="broad">${broad}</div><div class="narrow">${draw(NARROW_WIDTH)}</div>`;
  return html`<figure>${markup(both)}<figcaption>${caption}</figcaption></figure>`;
}
