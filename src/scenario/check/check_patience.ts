/** Keys about waiting and about the host's TCP: what they go with, and what they leave. */
import { type Draft, draft, type Path } from '../draft.ts';
import { reservedWithin } from '../effective_client.ts';
import type { ClientEntry, ServiceEntry } from '../schema/schema.ts';
import type { PortRange } from '../units.ts';

const TCP_ONLY = ['halfClose', 'tcpKeepalive', 'tcpRetries2', 'tcpTimestamps', 'userTimeout'] as const;

export function checkPatience(client: ClientEntry, path: Path, service: ServiceEntry): Draft[] {
  const drafts: Draft[] = [];
  const refuse = (key: keyof ClientEntry, message: string, hint: string | null = null): void => {
    drafts.push({ ...draft('E_COMBINATION', [...path, key], message, hint), onKey: true });
  };
  const { protocol } = service;
  if (client.replay !== undefined && (protocol !== 'tcp' || service.path === 'ebpf')) {
    const where = protocol !== 'tcp' ? `protocol: ${protocol}` : 'path: ebpf';
    refuse('replay', `a replay is not modelled for a service with ${where}`);
  }
  if (protocol !== 'tcp') {
    for (const key of TCP_ONLY) {
      if (client[key] !== undefined) refuse(key, `${key} goes with tcp only; the service is ${protocol}`);
    }
  }
  if (client.timeout === 0) {
    if (protocol !== 'udp') {
      refuse('timeout', `timeout 0s is for datagrams that nobody answers; the service is ${protocol}`);
    } else if (client.rate === undefined) {
      refuse('timeout', 'timeout 0s goes with rate: other loads go on when an answer comes');
    }
  }
  if (client.halfClose === true && client.keepAlive === true) {
    refuse('halfClose', 'halfClose ends the connection with its request: keepAlive does not go with it');
  }
  return drafts;
}

/** tcp_keepalive_* count seconds; and some port must be left. */
export function checkHostKeys(client: ClientEntry, path: Path): Draft[] {
  const drafts: Draft[] = [];
  const { tcpKeepalive, ports } = client;
  for (const [key, value_ns] of [
    ['time', tcpKeepalive?.time_ns],
    ['interval', tcpKeepalive?.interval_ns],
  ] as const) {
    if (value_ns === undefined || value_ns % 1e9 === 0) continue;
    drafts.push(draft('E_COMBINATION', [...path, 'tcpKeepalive', key], `${key} counts whole seconds`));
  }
  const range: PortRange = [ports[0]![0], ports.at(-1)![1]];
  const [reserved] = reservedWithin(client, range);
  if (reserved !== undefined && reserved[0] === range[0] && reserved[1] === range[1]) {
    const message = 'reservedPorts leave no port of the range';
    drafts.push(draft('E_COMBINATION', [...path, 'reservedPorts'], message));
  }
  return drafts;
}
