/** src/version.ts, made from package.json, which the core cannot read: it runs without files, in a browser too. */
import packageJson from '../package.json' with { type: 'json' };

export function versionSource(): string {
  return `/** The version of ipvsim. Written by \`npm run docs\` from package.json, where it is changed. */
export const VERSION = '${packageJson.version}';
`;
}
