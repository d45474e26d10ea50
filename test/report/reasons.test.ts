import { describe, expect, it } from 'vitest';
import { DROP_REASONS } from '../../src/kernel/drop_reason.ts';
import { REASONS, reasonText } from '../../src/report/reasons.ts';

describe('drop reasons in words', () => {
  it('has an entry for every reason of the model, and none besides', () => {
    expect(Object.keys(REASONS).sort()).toEqual([...DROP_REASONS].sort());
  });

  it.each(DROP_REASONS)('%s is told in whole sentences, with something to do about it', (reason) => {
    const { title, happened, kernelFunction, client, visible, remedies } = REASONS[reason];
    for (const sentence of [happened, client, visible]) expect(sentence).toMatch(/^[A-Z].*\.$/s);
    expect(title).not.toMatch(/\.$/);
    expect(title.length).toBeLessThanOrEqual(40);
    expect(kernelFunction).not.toBe('');
    expect(remedies.length).toBeGreaterThan(0);
  });

  it('says what it can about a reason that it does not know', () => {
    expect(reasonText('of_the_future')).toMatchObject({ title: 'of_the_future', remedies: [] });
    expect(reasonText('constructor').title).toBe('constructor');
  });
});
