/** The last step of `npm run build`, after tsc. */
import { bundleCore } from './bundle_core.ts';

await bundleCore('src/simulate.ts', 'dist/simulate.js');
