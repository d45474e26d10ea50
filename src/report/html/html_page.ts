/** The frame of every HTML report: one file, no network, no script. */
import { html, type Markup, markup } from './html_markup.ts';
import { HTML_STYLE } from './html_style.ts';

/** Nothing may be fetched, run or sent: even a hole in the escaping would find nothing to do. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export function page(title: string, version: string, body: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="ipvsim ${version}">
<title>${title} · ipvsim</title>
<style>${markup(HTML_STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;
}
