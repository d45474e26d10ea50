/** The addresses of nodes: of the only one, or of each of several. */
import { addressAfter } from '../../text/endpoint.ts';
import type { Path } from '../draft.ts';
import type { ScenarioFile } from './schema.ts';
import type { Sections } from './sections.ts';

/** Of the node at `index` that says nothing; `first` is nodeAddress. */
export function defaultNodeAddress(first: string, index: number): string {
  return addressAfter(first, index);
}

/** A node as its address is concerned. */
export interface NodeHost {
  /** Absent where there is only one. */
  readonly name?: string;
  readonly address: string;
}

/** With where the address stands, or what asks for one where none is written. */
export interface PlacedNodeHost extends NodeHost {
  readonly path: Path;
}

/** Those of a file that is right. */
export function nodeHostsOf({ nodes, nodeAddress }: ScenarioFile): readonly NodeHost[] {
  return nodes === undefined
    ? [{ address: nodeAddress }]
    : nodes.map(({ name, address }, index) => ({
        name,
        address: address ?? defaultNodeAddress(nodeAddress, index),
      }));
}

/** None where something of it cannot be read. */
export function nodeHosts({
  nodeAddress,
  nodes,
  keys,
}: Pick<Sections, 'nodeAddress' | 'nodes' | 'keys'>): readonly PlacedNodeHost[] {
  if (nodeAddress === null) return [];
  if (!keys.has('nodes'))
    return [{ address: nodeAddress, path: [keys.has('nodeAddress') ? 'nodeAddress' : 'masquerade'] }];
  return nodes.flatMap(({ entry, path }, index) => {
    if (entry === null) return [];
    const { name, address } = entry;
    return address === undefined
      ? [{ name, address: defaultNodeAddress(nodeAddress, index), path }]
      : [{ name, address, path: [...path, 'address'] }];
  });
}
