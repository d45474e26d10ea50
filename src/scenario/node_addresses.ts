/** The addresses of nodes: of the only one, or of each of several. */
import { addressAfter } from '../text/endpoint.ts';
import type { Path } from './draft.ts';
import type { Sections } from './schema/sections.ts';

/** Of the node at `index` that says nothing; `first` is nodeAddress. */
export function defaultNodeAddress(first: string, index: number): string {
  return addressAfter(first, index);
}

/** Where an address stands, or what asks for one where none is written. */
export interface NodeHost {
  readonly address: string;
  readonly path: Path;
}

/** None where something of it cannot be read. */
export function nodeHosts({ nodeAddress, nodes, keys }: Sections): readonly NodeHost[] {
  if (nodeAddress === null) return [];
  if (!keys.has('nodes'))
    return [{ address: nodeAddress, path: [keys.has('nodeAddress') ? 'nodeAddress' : 'masquerade'] }];
  return nodes.flatMap(({ entry, path }, index) => {
    if (entry === null) return [];
    return entry.address === undefined
      ? [{ address: defaultNodeAddress(nodeAddress, index), path }]
      : [{ address: entry.address, path: [...path, 'address'] }];
  });
}
