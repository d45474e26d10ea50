/** The address book of a run. */
import { AddressBook } from '../text/address_book.ts';
import { oneOrBoth } from './addresses.ts';
import type { Scenario } from './scenario.ts';

type OneOrBoth = Parameters<typeof oneOrBoth>[0];

/**
 * Every address that a packet of the run can have, in the order of the scenario: its number is the same in each run of
 * it, whoever watches.
 */
export function addressBook({ services, clients, events, masquerade, nodes = [] }: Scenario): AddressBook {
  const book = new AddressBook();
  for (const { address, realServers } of services) {
    book.endpoint(address);
    for (const server of realServers) book.endpoint(server.address);
  }
  for (const { addresses } of clients) for (const address of addresses) book.address(address);
  for (const { action } of events) if (action.kind === 'add') book.endpoint(action.realServer.address);
  const ofNode = (address: OneOrBoth, podRange: OneOrBoth): void => {
    for (const text of oneOrBoth(address)) book.address(text);
    for (const text of oneOrBoth(podRange)) book.prefix(text);
  };
  ofNode(masquerade?.nodeAddress, masquerade?.podRange);
  for (const { address, podRange } of nodes) ofNode(address, podRange);
  return book;
}
