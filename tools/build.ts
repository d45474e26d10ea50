/** What `npm run build` does after tsc, which never removes a file and leaves what runs in many. */
import { bundleCore } from './bundle_core.ts';
import { removeStale } from './stale_files.ts';

removeStale('src', 'dist');
await bundleCore('src/simulate.ts', 'dist/simulate.js');
// The recordings are replayed by the same kernel as users run: bundled.
await bundleCore('src/conform/replay.ts', 'dist/conform/replay.js');
