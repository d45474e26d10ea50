/** Expectations against the rest of the file: their windows hold intervals, their real servers exist. */
import { type Draft, draft } from '../draft.ts';
import type { Expression } from '../expect/expect.ts';
import { allEntries, type Sections, serviceName } from '../schema/sections.ts';
import { ServerLabels } from '../server_labels.ts';
import { suggest } from '../text/suggest.ts';

export function checkExpectations(sections: Sections): Draft[] {
  const labels = serverLabels(sections);
  return sections.expect.flatMap(({ path, entry }) => {
    if (entry === null) return [];
    const { server, parts } = entry.expression;
    const drafts: Draft[] = [];
    const window = windowFault(entry.expression.window, sections);
    if (window !== null) {
      drafts.push({ ...draft('E_EXPECT', path, `${path.join('.')} ${window}`), part: parts.window! });
    }
    const fault = server === null || labels === null ? null : serverFault(server, entry.expression, labels);
    if (fault !== null) {
      const message = `${path.join('.')} ${fault.message}`;
      drafts.push({ ...draft('E_EXPECT', path, message, fault.hint), part: parts.metric });
    }
    return drafts;
  });
}

function windowFault(
  window: { readonly from_ns: number; readonly to_ns: number } | null,
  { interval_ns }: Sections,
): string | null {
  // A window after the end is no mistake: --until and --set duration= shorten runs. Its verdict is unknown.
  if (window === null || interval_ns === null) return null;
  const rows = Math.floor(window.to_ns / interval_ns) - Math.ceil(window.from_ns / interval_ns);
  return rows > 0 ? null : `has a window that holds no whole interval of ${interval_ns / 1e9} s`;
}

function serverFault(
  server: string,
  { metric }: Expression,
  labels: ServerLabels,
): { readonly message: string; readonly hint: string } | null {
  const columns = labels.columnsOf(server);
  if (columns.length === 0) {
    const { names } = labels;
    const near = suggest(server, names);
    const hint = near === null ? `there is ${names.slice(0, 5).join(', ')}` : `did you mean ${near}?`;
    return { message: `names the real server ${server}, which does not exist`, hint };
  }
  if (columns.length === 1 || metric.name !== 'weight') return null;
  const message = `names a real server of ${columns.length} services, in each of which it has its own weight`;
  return { message, hint: columns.map((column) => `weight[${column}]`).join(' or ') };
}

/** Every real server there ever is, or null when that cannot be said. */
function serverLabels({ services, events }: Sections): ServerLabels | null {
  const entries = allEntries(services);
  const changes = allEntries(events);
  if (entries === null || changes === null) return null;
  const onlyService = entries.length === 0 ? '' : serviceName(entries[0]!);
  return new ServerLabels([
    ...entries.flatMap((service) =>
      service.realServers.map(({ address }) => ({ service: serviceName(service), address })),
    ),
    ...changes.flatMap(({ add, service = onlyService }) =>
      add === undefined ? [] : [{ service, address: add.address }],
    ),
  ]);
}
