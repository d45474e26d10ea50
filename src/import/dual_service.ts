/** A Service in dual stack: two services, one of each family, as one imported scenario has them. */
import { familyOf } from '../text/endpoint.ts';
import { familyOfService, type ImportedService } from './ipvsadm.ts';
import { yamlAddress } from './yaml_words.ts';

/** The lines of a section `service` each, as one section `services`. */
export function servicesSection(sections: readonly (readonly string[])[]): string[] {
  return ['services:', ...sections.flatMap(([, ...keys]) => asItem(keys))];
}

/** The lines of a section `clients` with one client, as one client for each of the services. */
export function clientsSection(
  services: readonly ImportedService[],
  lines: (service: ImportedService) => readonly string[],
): string[] {
  const each = services.flatMap((service) => {
    const [, name, ...keys] = lines(service);
    const to = `    to: ${yamlAddress(service.address)}`;
    return [`${name}${familyOfService(service)}`, to, ...keys];
  });
  return ['clients:', ...each];
}

/** What the cluster has of each family that services have: alone, or as a list. */
export function ofFamilies(
  services: readonly ImportedService[],
  known: readonly string[],
): { readonly text: string; readonly count: number } {
  const families = services.map(familyOfService);
  const found = families.flatMap((family) => known.find((each) => familyOf(each) === family) ?? []);
  return {
    text: found.length < 2 ? found.map(yamlAddress).join('') : `[${found.map(quoted).join(', ')}]`,
    count: found.length,
  };
}

function quoted(text: string): string {
  return text.includes(':') ? JSON.stringify(text) : text;
}

/** Keys of a map as an item of a list. */
function asItem(keys: readonly string[]): string[] {
  return keys.map((key, index) => (index === 0 ? `  - ${key.trimStart()}` : `  ${key}`));
}
