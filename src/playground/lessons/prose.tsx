import type { Paragraph, Span } from '../../lessons/lesson.ts';
import { unbroken } from '../../report/numbers.ts';

/** The words of a lesson. */
export function Prose({ paragraphs }: { readonly paragraphs: readonly Paragraph[] }) {
  return (
    <>
      {paragraphs.map((spans, index) => (
        <p key={index}>
          <Line spans={spans} />
        </p>
      ))}
    </>
  );
}

export function Line({ spans }: { readonly spans: readonly Span[] }) {
  return (
    <>
      {spans.map((span, index) => (
        <Words key={index} span={span} />
      ))}
    </>
  );
}

function Words({ span }: { readonly span: Span }) {
  switch (span.kind) {
    case 'code':
      return <code>{span.text}</code>;
    case 'strong':
      return <strong>{span.text}</strong>;
    case 'fact':
      return (
        <b class="fact" title={`${span.expression.replace(/ == .*$/u, '')} of the run`}>
          {unbroken(span.text)}
        </b>
      );
    case 'text':
      return <>{unbroken(span.text)}</>;
  }
}
