/** Other people's text inside our formats: HTML and SVG, XML, Markdown, JSON, OpenMetrics, workflow commands, CSV. */
import { printable } from './terminal.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text for XML, SVG and HTML, in elements and in quoted attributes. What XML 1.0 cannot hold at all (most
 * control characters, lone surrogates) becomes U+FFFD, and so do the characters that turn the direction of text.
 */
export function escapeXml(text: string): string {
  return text
    .replace(
      /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu,
      '\ufffd',
    )
    .replace(/[&<>"']/gu, (character) => ENTITIES[character]!);
}

/** Text for a Markdown paragraph or table cell: nothing in it makes markup, a link, a mention or a new cell. */
export function escapeMarkdown(text: string): string {
  return printable(text)
    .replace(/\s+/gu, ' ')
    .replace(/[\\`*[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/gu, '\\$&')
    .replace(/[&<>@]|:(?=\/\/)|(?<=www)\.|#(?=\d)/giu, (character) => `&#${character.codePointAt(0)};`);
}

/** Text as Markdown code, with as many backticks as it needs; `|` would end a table cell even in there. */
export function markdownCode(text: string): string {
  const line = printable(text).replace(/\s+/gu, ' ').trim();
  const longest = Math.max(0, ...[...line.matchAll(/`+/gu)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const gap = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return line === '' ? '' : `${fence}${gap}${line.replaceAll('|', '\\|')}${gap}${fence}`;
}

/** Plain JSON, in which no terminal and no CI finds anything to obey; it reads as the same value. */
export function jsonText(value: unknown): string {
  return harmlessJson(JSON.stringify(value, null, 2));
}

/** For JSON written otherwise: the characters in question stand in strings only. */
export function harmlessJson(json: string): string {
  return json
    .replaceAll('##', '#\\u0023')
    .replace(
      /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

/** The value of a label or a help text in OpenMetrics, between double quotes. */
export function escapeOpenMetrics(text: string): string {
  return printable(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** The data of a GitHub workflow command. */
export function escapeCommand(text: string): string {
  return text
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** A property of a GitHub workflow command. */
export function escapeCommandProperty(text: string): string {
  return escapeCommand(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Spreadsheets take text that begins with = + - @ for a formula; such text comes from files of others. */
export function csvText(text: string): string {
  return /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u.test(text) ? `'${text}` : text;
}
