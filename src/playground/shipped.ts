/** The scenarios that come with ipvsim, and the one that the page was started with. */
import type { Lesson } from '../lessons/lesson.ts';

const TEXTS = import.meta.glob<string>('../../scenarios/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export interface Source {
  /** What the command line calls it. */
  readonly name: string;
  /** What messages call it. */
  readonly file: string;
  readonly text: string;
}

/** One that comes with ipvsim. */
export interface Shipped extends Source {
  readonly title: string;
}

export const SHIPPED: readonly Shipped[] = Object.entries(TEXTS)
  .map(([path, text]) => {
    const file = path.replace(/^.*\//u, '');
    const title = /^title: *["']?(.*?)["']?$/mu.exec(text)?.[1] ?? '';
    return { name: file.replace(/\.yaml$/u, ''), file: `scenarios/${file}`, text, title };
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1));

export const SEED_CASE = 'k8s-cliff';

export function shipped(name: string): Shipped | undefined {
  return SHIPPED.find((one) => one.name === name);
}

/** What `ipvsim playground SCENARIO` has put into the page; null on any other web host. */
export function started(): (Source & { readonly lesson?: Lesson }) | null {
  const found: unknown = JSON.parse(document.getElementById('start')?.textContent ?? 'null');
  return found as ReturnType<typeof started>;
}
