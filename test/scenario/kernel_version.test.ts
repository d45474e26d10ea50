/** The kernel in a scenario file. */
import { expect, it } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';

it('keeps the digits of an unquoted version', () => {
  for (const kernel of ['5.10', '"5.10"', "'5.10'", '5.10.0']) {
    const text = `kernel: ${kernel}\nservice: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }\nclients: [{ concurrency: 1, kernel: ${kernel} }]\n`;
    const { scenario } = parseScenario(text);
    expect(scenario?.kernel).toBe(kernel.replace(/["']/g, ''));
    expect(scenario?.clients[0]?.kernel).toBe(scenario?.kernel);
  }
});
