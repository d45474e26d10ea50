/** `npm run build:playground`: the page as a folder that any web host can serve. */
import { build } from 'vite';
import config from './playground.config.ts';

await build(config);
