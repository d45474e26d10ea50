/** `npm run playground`: the page while it is being worked on. */
import { createServer } from 'vite';
import config from './playground.config.ts';

const server = await createServer(config);
await server.listen();
server.printUrls();
