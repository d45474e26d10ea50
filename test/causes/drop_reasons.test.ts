import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/causes/causes.ts';
import { REASONS, reasonText } from '../../src/causes/drop_reasons.ts';
import { DROP_REASONS } from '../../src/kernel/drop_reason.ts';

describe('drop reasons in words', () => {
  it('has an entry for every reason of the model, and none besides', () => {
    expect(Object.keys(REASONS).sort()).toEqual([...DROP_REASONS].sort());
  });

  it.each(DROP_REASONS)('%s is told in whole sentences', (reason) => {
    const { title, happened, kernelFunction } = REASONS[reason];
    expect(happened).toMatch(/^[A-Z].*\.$/s);
    expect(title).not.toMatch(/\.$/);
    expect(title.length).toBeLessThanOrEqual(40);
    expect(kernelFunction).not.toBe('');
  });

  it.each(DROP_REASONS.filter((reason) => reason !== 'local_silent'))(
    '%s comes of a cause that is known',
    (reason) => {
      expect(CAUSES.filter(({ reasons }) => reasons.includes(reason))).not.toEqual([]);
    },
  );

  it('says what it can about a reason that it does not know', () => {
    expect(reasonText('of_the_future')).toMatchObject({ title: 'of_the_future' });
    expect(reasonText('constructor').title).toBe('constructor');
  });
});
