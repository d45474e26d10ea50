/** SVG as text: elements, numbers, paths. Everything that comes from outside is escaped here. */
import { escapeXml } from '../../text/escape.ts';
import { printable } from '../text.ts';

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with ready-made children (SVG text, not escaped again). */
export function el(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? px(value) : escapeXml(value!)}"`)
    .join('');
  return children.length === 0 ? `<${name}${list}/>` : `<${name}${list}>${children.join('')}</${name}>`;
}

/** A text element; the text is other people's. */
export function svgText(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return el('text', { x, y, ...attributes }, escapeXml(printable(text)));
}

/** What a pointer or a screen reader says about an element. */
export function svgTitle(text: string): string {
  return el('title', {}, escapeXml(printable(text)));
}

/** A coordinate with at most two digits behind the point: equal charts are equal bytes. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Columns of text at the charts' size, near enough to place labels. */
export function textWidth(text: string, size = 12): number {
  return text.length * size * 0.63;
}
