/** The positional and the options that every command with a SCENARIO takes. */
import type { Options, Positional } from './command.ts';
import { scenarioNames, settings } from './completion/offers.ts';

export const SCENARIO = {
  describe: 'a file, - for standard input, a shipped scenario, or lesson:NAME',
  count: 'one',
  offers: scenarioNames,
} as const satisfies Positional;

export const SCENARIO_OPTIONS = {
  set: {
    type: 'list',
    value: 'KEY=VALUE',
    describe: 'change a key, with dots: net.ipv4.vs.NAME=0, clients.0.rate=200/s; null takes it out',
    offers: settings,
  },
  seed: { type: 'text', describe: 'seed of all random numbers' },
} as const satisfies Options;

/** For commands that a shorter run is enough for. */
export const UNTIL_OPTION = {
  until: { type: 'time', describe: 'end the run there instead of at its duration' },
} as const satisfies Options;

/** For commands whose answer is text for people, or JSON for programs. */
export const ANSWER_FORMAT = {
  format: {
    type: 'text',
    describe: 'text for people, or json for programs (ipvsim schema says its form)',
    choices: ['text', 'json'],
    default: 'text',
  },
} as const satisfies Options;

/** For commands that run many simulations on worker threads. */
export const JOBS_OPTION = {
  jobs: {
    type: 'count',
    minimum: 1,
    maximum: 1024,
    describe: 'runs at once (default: one per core)',
    alias: 'j',
  },
} as const satisfies Options;
