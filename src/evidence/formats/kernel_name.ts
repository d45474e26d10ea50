/** `uname -a`, `uname -r`, /proc/version, Ubuntu's /proc/version_signature, and /etc/os-release. */
import { type Format, Notes } from '../format.ts';

const UNAME = /^Linux (?:version )?\S+ .*\d\.\d/u;
const SIGNATURE = /^Ubuntu \d+\.\d+\.\d+-\S+ \d+\.\d+\.\d+$/u;
/** Four numbers alone are an address. */
const RELEASE = /^(?!\d+\.\d+\.\d+\.\d+(?:[:/]\S*)?$)\d+\.\d+\.\d\S*$/u;
const OS_RELEASE =
  /^(?:PRETTY_NAME|NAME|ID|ID_LIKE|VERSION|VERSION_ID|[A-Z_]+_(?:URL|CODENAME|NAME|ID))="?.*"?$/u;

export const KERNEL_NAME: Format = {
  name: 'uname -a',
  begins: (line) => UNAME.test(line) || SIGNATURE.test(line) || RELEASE.test(line) || OS_RELEASE.test(line),
  read(lines) {
    const notes = new Notes();
    let isSystem = true;
    for (const line of lines) {
      if (OS_RELEASE.test(line.text)) continue;
      if (UNAME.test(line.text) || SIGNATURE.test(line.text) || RELEASE.test(line.text)) {
        isSystem = false;
        notes.add(line, { kind: 'kernel', text: line.text.trim() });
      } else notes.miss(line, 'no name of a kernel');
    }
    return notes.as(isSystem ? '/etc/os-release' : 'the name of a kernel');
  },
};
