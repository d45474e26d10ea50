/**
 * Ports by the names of /etc/services, which ipvsadm prints where it is not asked for numbers. Only names that no
 * distribution is known to give to another port are here (http-alt is not), of ports that are balanced or may be seen.
 */
const PORTS: ReadonlyMap<string, number> = new Map([
  ['ftp', 21],
  ['ssh', 22],
  ['telnet', 23],
  ['smtp', 25],
  ['domain', 53],
  ['tftp', 69],
  ['http', 80],
  ['www', 80],
  ['kerberos', 88],
  ['pop3', 110],
  ['ntp', 123],
  ['imap', 143],
  ['imap2', 143],
  ['snmp', 161],
  ['bgp', 179],
  ['ldap', 389],
  ['https', 443],
  ['isakmp', 500],
  ['syslog', 514],
  ['rtsp', 554],
  ['submission', 587],
  ['ldaps', 636],
  ['domain-s', 853],
  ['rsync', 873],
  ['imaps', 993],
  ['pop3s', 995],
  ['openvpn', 1194],
  ['ms-sql-s', 1433],
  ['radius', 1812],
  ['radius-acct', 1813],
  ['mqtt', 1883],
  ['nfs', 2049],
  ['etcd-client', 2379],
  ['etcd-server', 2380],
  ['mysql', 3306],
  ['sip', 5060],
  ['sip-tls', 5061],
  ['xmpp-client', 5222],
  ['postgres', 5432],
  ['postgresql', 5432],
  ['amqps', 5671],
  ['amqp', 5672],
  ['redis', 6379],
  ['sun-sr-https', 6443],
  ['webcache', 8080],
  ['pcsync-https', 8443],
  ['secure-mqtt', 8883],
  ['git', 9418],
]);

/** ipvsadm cuts a real server's there (print_service_entry: dname[28]). */
const CUT_AT = 28;

/** As /proc writes those of IPv4; ports are of hexadecimal digits there, too. */
const HEX_ADDRESS = /^[\da-f]{8}$/iu;

const NUMERIC_HOST = /^(?:\d+(?:\.\d+){3}|\[[\da-f:.]+\])$/iu;

/** `10.96.0.10:http` is `10.96.0.10:80`; whatever has no such name, or may have lost the end of it, stays as it is. */
export function withPortNumber(endpoint: string): string {
  const colon = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, colon);
  const port = PORTS.get(endpoint.slice(colon + 1));
  if (port === undefined || endpoint.length >= CUT_AT || !NUMERIC_HOST.test(host)) return endpoint;
  return `${host}:${port}`;
}

/** Why what ipvsadm printed without -n is no address and port; null where it is one, or something else altogether. */
export function nameTrouble(endpoint: string, command: string): string | null {
  const again = `print it again with ${command}`;
  const [host, port] = ends(endpoint);
  const isNamed = /^[\w.-]+$/u.test(host) && /[a-z]/iu.test(host) && !HEX_ADDRESS.test(host);
  if (isNamed) return `printed without -n: ${host} is a name, no address; ${again}`;
  if (/[g-z-]/iu.test(port) && endpoint.length >= CUT_AT)
    return `printed without -n: the port's name in ${endpoint} may be cut; ${again}`;
  return NUMERIC_HOST.test(host) && /^[\w-]+$/u.test(port) && /[g-z-]/iu.test(port)
    ? `printed without -n: which port ${port} is differs or is not known; ${again}`
    : null;
}

/** Before the first colon, that of an address in brackets left aside, and after it. */
function ends(endpoint: string): readonly [host: string, port: string] {
  const from = endpoint.startsWith('[') ? endpoint.indexOf(']') : 0;
  const colon = from < 0 ? -1 : endpoint.indexOf(':', from);
  return colon < 0 ? [endpoint, ''] : [endpoint.slice(0, colon), endpoint.slice(colon + 1)];
}
