/**
 * HTML from template literals: what is put into a template is text and gets escaped, unless it is Markup, which
 * only this file and our own chart functions make.
 */
import { escapeXml } from '../../text/escape.ts';
import { unbroken } from '../numbers.ts';
import { printable } from '../text.ts';

export interface Markup {
  readonly text: string;
}

type Piece = string | Markup | readonly Markup[];

export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const text = strings.map((part, index) => part + (index < pieces.length ? pieceText(pieces[index]!) : ''));
  return { text: text.join('') };
}

function pieceText(piece: Piece): string {
  if (typeof piece === 'string') return escapeXml(printable(piece));
  if ('text' in piece) return piece.text;
  return piece.map(({ text }) => text).join('');
}

/** Text that is markup already: our own style sheet and charts, never anything from a scenario. */
export function markup(text: string): Markup {
  return { text };
}

/** Prose with figures in it: numbers keep their groups of digits and their units on one line. */
export function words(text: string): Markup {
  return { text: escapeXml(printable(unbroken(text))) };
}
