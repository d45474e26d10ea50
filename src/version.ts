/** The version of ipvsim. Written by `npm run docs` from package.json, where it is changed. */
export const VERSION = '0.2.0';
