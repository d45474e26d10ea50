/** The three forms of --vary, their mistakes, and the order of the grid. */
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { checkDimensions, gridPoints, gridSize, parseRange, parseVary } from '../../src/sweep/grid.ts';

const values = (text: string) => parseVary(text).values;

describe('parseVary', () => {
  test('a list keeps the order and the spelling', () => {
    expect(parseVary('kernel=5.10,4.19,3.10.0-1127.el7')).toEqual({
      key: 'kernel',
      values: ['5.10', '4.19', '3.10.0-1127.el7'],
    });
    expect(values('sysctl.net.ipv4.vs.conn_reuse_mode=0,1')).toEqual(['0', '1']);
    expect(values('clients.0.addresses=[10.0.0.1, 10.0.0.2],[10.0.0.1]')).toEqual([
      '[10.0.0.1, 10.0.0.2]',
      '[10.0.0.1]',
    ]);
    expect(values('title="a,b",c')).toEqual(['"a,b"', 'c']);
    expect(values('clients.0.addresses=10.0.0.1-10.0.0.4')).toEqual(['10.0.0.1-10.0.0.4']);
  });

  test('a range with a step', () => {
    expect(values('clients.0.concurrency=50..200:50')).toEqual(['50', '100', '150', '200']);
    expect(values('clients.0.concurrency=50..190:50')).toEqual(['50', '100', '150']);
    expect(values('links.loss=0.1..0.3:0.1')).toEqual(['0.1', '0.2', '0.3']);
    expect(values('links.loss=0..0.01:0.0025')).toEqual(['0', '0.0025', '0.005', '0.0075', '0.01']);
    expect(values('a=-2..2:2')).toEqual(['-2', '0', '2']);
  });

  test('units: one is enough, a finer one wins', () => {
    expect(values('clients.0.rate=100..300/s:100')).toEqual(['100/s', '200/s', '300/s']);
    expect(values('links.delay=500us..2ms:500us')).toEqual(['500us', '1000us', '1500us', '2000us']);
    expect(values('duration=30s..1m:10s')).toEqual(['30s', '40s', '50s', '60s']);
  });

  test('a range with a factor keeps to the decimals written and repeats nothing', () => {
    expect(values('clients.0.concurrency=1..100*10')).toEqual(['1', '10', '100']);
    expect(values('clients.0.concurrency=1..10*1.5')).toEqual(['1', '2', '3', '5', '8']);
    expect(values('clients.0.rate=100/s..1000/s*2')).toEqual(['100/s', '200/s', '400/s', '800/s']);
    expect(values('links.loss=0.001..0.1*10')).toEqual(['0.001', '0.01', '0.1']);
  });

  test.each([
    ['kernel', 'needs KEY=VALUES'],
    ['=1,2', 'needs KEY=VALUES'],
    ['kernel=', 'needs KEY=VALUES'],
    ['a=1,,2', 'has an empty value'],
    ['a=1,2,1', 'names 1 twice'],
    ['a=1..5', 'has no step'],
    ['a=5..1:1', 'runs backwards'],
    ['a=1..5:0', 'the step must be a number above 0'],
    ['a=1..5:x', 'the step must be a number above 0'],
    ['a=1..5*1', 'the factor must be a number above 1'],
    ['a=0..5*2', 'starts above 0'],
    ['a=one..two:1', 'the ends of a range are numbers'],
    ['a=10ms..5/s:1', 'mixes units'],
    ['a=0..1000000000:1', 'has more than'],
    ['a=1..100000000000*1.0000001', 'has more than'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parseVary(text)).toThrow(message);
  });

  test('a range without a step goes by the last decimal written', () => {
    const range = parseRange('a', '0.5..2.00s')!;
    expect([range.count, range.at(0), range.at(1), range.at(150)]).toEqual([151, '0.5s', '0.51s', '2s']);
    expect(parseRange('a', '1,2')).toBeNull();
  });

  property.prop([
    fc.integer({ min: -1e6, max: 1e6 }),
    fc.integer({ min: 1, max: 1e4 }),
    fc.integer({ min: 0, max: 50 }),
  ])('lo..hi:step has every value from lo to hi, exactly', (low, step, count) => {
    const texts = values(`k=${low / 100}..${(low + step * count) / 100}:${step / 100}`);
    expect(texts.map((text) => Math.round(Number(text) * 100))).toEqual(
      Array.from({ length: count + 1 }, (_, index) => low + index * step),
    );
  });
});

describe('grid', () => {
  const dimensions = [
    { key: 'a', values: ['1', '2'] },
    { key: 'b', values: ['x', 'y', 'z'] },
  ];

  test('the product of everything, the last key turning fastest, the seeds inside', () => {
    const points = [...gridPoints(dimensions, 2)];
    expect(points).toHaveLength(gridSize(dimensions, 2));
    expect(points.slice(0, 5).map(({ values, repetition }) => `${values.join('')}${repetition}`)).toEqual([
      '1x0',
      '1x1',
      '1y0',
      '1y1',
      '1z0',
    ]);
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(12);
  });

  test('without keys there are only the seeds', () => {
    expect([...gridPoints([], 3)].map(({ repetition }) => repetition)).toEqual([0, 1, 2]);
  });

  test('mistakes', () => {
    expect(() => checkDimensions([dimensions[0]!, dimensions[0]!], 1)).toThrow('names a twice');
    expect(() => checkDimensions([{ key: 'seed', values: ['a'] }], 2)).toThrow('both set the seed');
    const wide = { key: 'w', values: Array.from({ length: 2000 }, (_, index) => String(index)) };
    expect(() => gridSize([wide, { ...wide, key: 'v' }], 1)).toThrow('4000000 runs');
  });
});
