/** The addresses of nodes: of the only one, or of each of several. */
import { addressAfter, type Family, familyOf } from '../../text/endpoint.ts';
import type { Path } from '../draft.ts';
import type { ScenarioFile } from './schema.ts';
import type { Sections } from './sections.ts';

/** A node as one of its addresses is concerned. */
export interface NodeHost {
  /** Absent where there is only one node. */
  readonly name?: string;
  readonly address: string;
}

/** With where the address stands, or what asks for one where none is written. */
export interface PlacedNodeHost extends NodeHost {
  readonly path: Path;
}

/** Those of a file that is right. */
export function nodeHostsOf({ nodes, nodeAddress }: ScenarioFile): readonly NodeHost[] {
  if (nodes === undefined) return nodeAddress.map((address) => ({ address }));
  return nodes.flatMap(({ name, address }, index) =>
    (address ?? defaultAddresses(nodeAddress, index)).map((each) => ({ name, address: each })),
  );
}

/** None where something of it cannot be read. */
export function nodeHosts({
  nodeAddress,
  nodes,
  keys,
}: Pick<Sections, 'nodeAddress' | 'nodes' | 'keys'>): readonly PlacedNodeHost[] {
  if (nodeAddress === null) return [];
  if (!keys.has('nodes')) {
    const path = [keys.has('nodeAddress') ? 'nodeAddress' : 'masquerade'];
    return nodeAddress.map((address) => ({ address, path }));
  }
  return nodes.flatMap(({ entry, path }, index) => {
    if (entry === null) return [];
    const { name, address } = entry;
    return address === undefined
      ? defaultAddresses(nodeAddress, index).map((each) => ({ name, address: each, path }))
      : address.map((each) => ({ name, address: each, path: [...path, 'address'] }));
  });
}

/** Those of a family; where a node has none of it, which a check tells, the others stand for them. */
export function hostsOfFamily<Host extends NodeHost>(
  hosts: readonly Host[],
  family: Family,
): readonly Host[] {
  const own = hosts.filter(({ address }) => familyOf(address) === family);
  return own.length === 0 ? hosts : own;
}

/** Of the node at `index` that says nothing: `first`, which is nodeAddress, is that of the first node. */
function defaultAddresses(first: readonly string[], index: number): readonly string[] {
  return first.map((address) => addressAfter(address, index));
}
