/** Objects of Kubernetes, as YAML or JSON, read as `ipvsim import` does. */
import { readKubernetes } from '../../import/kubernetes.ts';
import { isKubernetes } from '../../import/kubernetes_objects.ts';
import { type Format, Notes } from '../format.ts';
import { addServices, textOf } from './configured.ts';

export const KUBERNETES: Format = {
  name: 'objects of Kubernetes as YAML or JSON',
  begins: (line) =>
    /^(?:- )?(?:apiVersion|kind): ?\S/u.test(line) ||
    /^[{[]\s*(?:$|"(?:apiVersion|kind|items)":)/u.test(line),
  toTheEnd: true,
  longLines: true,
  read(lines) {
    const notes = new Notes();
    const [first] = lines;
    const text = textOf(lines);
    if (!isKubernetes(text)) {
      notes.miss(first!, 'JSON, but no objects of Kubernetes');
      return notes.as('JSON');
    }
    const { table, kernel, proxy, hasEndpoints } = readKubernetes([text]);
    // A service whose endpoints are elsewhere is not one without any.
    if (!hasEndpoints && table.services.length > 0)
      notes.miss(
        first!,
        'services without endpoints: kubectl get services,endpointslices -A -o yaml has both',
      );
    const services = hasEndpoints ? table.services : [];
    addServices({ ...table, services }, first!.number, notes);
    if (kernel !== null) notes.add(first!, { kind: 'kernel', text: kernel.value });
    for (const [key, value] of proxy.sysctls) notes.add(first!, { kind: 'sysctl', key, value });
    return notes.as('objects of Kubernetes');
  },
};
