/** Kernel releases: which are known, and in which order they came. */
import { describe, expect, it } from 'vitest';
import {
  defaultHz,
  kernelAtLeast,
  parseKernelVersion,
  readKernelVersion,
} from '../../src/scenario/kernel_version.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

describe('releases', () => {
  it.each([
    ['3.10.0-1127.el7', 3, 10, 0, true],
    ['3.10.0-1127.el7.x86_64', 3, 10, 0, true],
    ['3.10.0-693.11.6.el7.x86_64', 3, 10, 0, true],
    ['3.10', 3, 10, 0, false],
    ['3.10.107', 3, 10, 107, false],
    ['4.18.0-305.el8.x86_64', 4, 18, 0, false],
    ['4.19.48-amd64', 4, 19, 48, false],
    ['5.4.0dsbatktest', 5, 4, 0, false],
    ['5.4.0-150-generic', 5, 4, 0, false],
    ['5.9', 5, 9, 0, false],
    ['6.1.192', 6, 1, 192, false],
    ['7.2.13', 7, 2, 13, false],
    ['6.8.0-rc3+', 6, 8, 0, false],
  ])('%s', (text, major, minor, patch, el7) =>
    expect(parseKernelVersion(text)).toEqual({ text, major, minor, patch, el7 }),
  );

  it.each([
    '',
    '5',
    '5.x',
    '2.6.32-431.el6',
    '3.11',
    '3.16',
    '4.21',
    '5.20',
    '7.3',
    '8.0',
    '99999.1',
    '5.4 beta',
    'v5.4',
    '5.4.0\n',
    `5.4.${'0'.repeat(99)}`,
  ])('not %j', (text) => expect(readKernelVersion(text).ok).toBe(false));

  it('keeps the digits of an unquoted version', () => {
    for (const kernel of ['5.10', '"5.10"', "'5.10'", '5.10.0']) {
      const text = `kernel: ${kernel}\nservice: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }\nclients: [{ concurrency: 1, kernel: ${kernel} }]\n`;
      const { scenario } = parseScenario(text);
      expect(scenario?.kernel).toBe(kernel.replace(/["']/g, ''));
      expect(scenario?.clients[0]?.kernel).toBe(scenario?.kernel);
    }
  });

  it('is ordered by number, not by digits', () => {
    const kernel = parseKernelVersion('5.10');
    expect(kernelAtLeast(kernel, 5, 9)).toBe(true);
    expect(kernelAtLeast(kernel, 5, 10)).toBe(true);
    expect(kernelAtLeast(kernel, 5, 11)).toBe(false);
    expect(kernelAtLeast(kernel, 4, 99)).toBe(true);
    expect(kernelAtLeast(kernel, 6, 0)).toBe(false);
  });

  it('ticks as its distributors build it', () => {
    expect(defaultHz(parseKernelVersion('3.10.0-1127.el7'))).toBe(1000);
    expect(defaultHz(parseKernelVersion('3.10'))).toBe(250);
    expect(defaultHz(parseKernelVersion('6.1'))).toBe(250);
  });
});
