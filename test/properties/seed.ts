/**
 * Properties are tried with the same inputs every time, so that a change is judged by what it changed.
 * `npm run fuzz` and `FC_SEED=random npm test` look for inputs that nobody has tried.
 */
import fc from 'fast-check';

const asked = process.env.FC_SEED;
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked ?? 5090) });
