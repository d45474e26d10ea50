import type { ComponentChildren } from 'preact';

interface ScrollerProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** What is wider than a small window: it scrolls sideways, by the keyboard too. */
export function Scroller({ name, children }: ScrollerProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached.
    <section class="scroller" aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}
