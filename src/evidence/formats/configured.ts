/** Services as a configuration has them, with nobody's connections counted. */
import { familyOfService, type ImportedTable } from '../../import/ipvsadm.ts';
import { type FactBody, markText } from '../fact.ts';
import type { Notes } from '../format.ts';

/** A real server that somebody wrote down: nobody has counted its connections. */
export function configuredServer(
  protocol: string,
  service: string,
  address: string,
  weight: number,
): FactBody {
  return { kind: 'server', protocol, service, address, weight, active: null, inactive: null };
}

export function addServices({ services, ignored }: ImportedTable, firstLine: number, notes: Notes): void {
  const place = (line: number | undefined) => ({ text: '', number: firstLine + (line ?? 1) - 1 });
  for (const { persistent_s, realServers, line, mark, ...named } of services) {
    const { protocol, address } =
      mark === undefined
        ? named
        : { protocol: 'fwm', address: markText(mark, familyOfService({ mark, address: named.address })) };
    notes.add(place(line), { kind: 'service', protocol, address, persistent_s });
    for (const { address: server, weight, line: at } of realServers)
      notes.add(place(at ?? line), configuredServer(protocol, address, server, weight));
  }
  for (const text of ignored) {
    const [, line, why] = /^line (\d+): (.*)$/su.exec(text) ?? [];
    notes.miss(place(line === undefined ? undefined : Number(line)), why ?? text);
  }
}

/** The lines as they stood, empty ones included, so that places within them are right. */
export function textOf(lines: readonly { readonly text: string; readonly number: number }[]): string {
  const first = lines[0]!.number;
  const rows: string[] = [];
  for (const { text, number } of lines) rows[number - first] = text;
  return Array.from(rows, (row) => row ?? '').join('\n');
}
