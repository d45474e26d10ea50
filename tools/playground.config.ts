/** How vite serves and builds src/playground. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { InlineConfig, Plugin } from 'vite';
import { parseLesson } from '../src/lessons/parse_lesson.ts';
import { withoutSolutions } from '../src/lessons/puzzle.ts';
import { CHART_CSS, THEME_CSS } from '../src/report/svg/svg_theme.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Nothing but the page's own files, and no script or style that is written into the page. */
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

/** The colours that charts and reports have, too. */
const theme: Plugin = {
  name: 'theme',
  resolveId: (id) => (id === 'virtual:theme.css' ? '\0virtual:theme.css' : null),
  load: (id) => (id === '\0virtual:theme.css' ? THEME_CSS + CHART_CSS : null),
};

/** The lessons, read here, so that the page needs no reader. */
const lessons: Plugin = {
  name: 'lessons',
  resolveId: (id) => (id === 'virtual:lessons' ? '\0virtual:lessons' : null),
  load: (id) => (id === '\0virtual:lessons' ? `export default ${JSON.stringify(readLessons())}` : null),
};

function readLessons() {
  const files = readdirSync(`${ROOT}lessons`)
    .filter((file) => file.endsWith('.yaml'))
    .sort();
  return files.map((file) => {
    const { lesson, problems } = parseLesson(readFileSync(`${ROOT}lessons/${file}`, 'utf8'), file);
    if (lesson === null) throw new Error(`${file}: ${JSON.stringify(problems)}`);
    return withoutSolutions(lesson);
  });
}

/** Any web host can serve the folder: the policy is in the page. */
const policy: Plugin = {
  name: 'policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

const config: InlineConfig = {
  configFile: false,
  root: `${ROOT}src/playground`,
  base: './',
  publicDir: false,
  plugins: [theme, lessons, policy],
  worker: { format: 'es' },
  server: { host: '127.0.0.1', fs: { allow: [ROOT] } },
  build: {
    outDir: `${ROOT}dist/playground`,
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // A file that is written into another one would need a looser policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  logLevel: 'warn',
};

export default config;
