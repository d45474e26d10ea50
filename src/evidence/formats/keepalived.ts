/** keepalived.conf: the virtual servers that it sets up, read as `ipvsim import` does. */
import { readKeepalived } from '../../import/keepalived.ts';
import { type Format, Notes } from '../format.ts';
import { addServices, textOf } from './configured.ts';

const BLOCKS =
  /^(?:virtual_server|virtual_server_group|vrrp_instance|vrrp_sync_group|global_defs)(?:[ {]|$)/u;

export const KEEPALIVED: Format = {
  name: 'keepalived.conf',
  begins: (line) => BLOCKS.test(line) || line.startsWith('! Configuration File for keepalived'),
  toTheEnd: true,
  read(lines) {
    const notes = new Notes();
    addServices(readKeepalived(textOf(lines)), lines[0]!.number, notes);
    return notes.as('keepalived.conf');
  },
};
