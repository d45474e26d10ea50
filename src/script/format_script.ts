/** A packet script as the text that parse_script.ts reads. */
import { type CommandStep, expectationText, type PacketScript, type PacketStep } from './packet_script.ts';

export function formatScript(script: PacketScript): string {
  const { title, kernel, hz, service, realServers, sysctl, track, steps } = script;
  const lines = [
    ...(title === '' ? [] : [`# ${title}`]),
    ...(kernel === null ? [] : [`kernel ${kernel}`]),
    ...(hz === 100 ? [] : [`hz ${hz}`]),
    ...(track ? [] : ['track off']),
    serviceText(service),
    ...realServers.map(
      ({ address, weight }) => `server ${address}${weight === 1 ? '' : ` weight ${weight}`}`,
    ),
    ...Object.entries(sysctl).map(([key, value]) => `sysctl ${key} = ${value}`),
    '',
  ];
  let now_ns = 0;
  for (const step of steps) {
    const isSleep = step.kind === 'command' && step.command.name === 'sleep';
    const after = `+${(step.at_ns - now_ns) / 1e9}`;
    now_ns = step.at_ns;
    if (isSleep) lines.push(`${after.padEnd(8)}sleep 0`);
    else if (step.kind === 'expect')
      lines.push(`${after.padEnd(8)}expect ${expectationText(step.expectation)}`);
    else lines.push(`${after.padEnd(8)}${step.kind === 'packet' ? packetText(step) : commandText(step)}`);
  }
  return `${lines.join('\n')}\n`;
}

function serviceText(service: PacketScript['service']): string {
  const { protocol, address, scheduler, schedulerFlags, forward, persistent_s, onePacket } = service;
  return [
    `service ${protocol} ${address} ${scheduler} ${forward}`,
    ...(persistent_s > 0 ? [`persistent ${persistent_s}`] : []),
    ...(onePacket ? ['one-packet'] : []),
    ...(schedulerFlags.length > 0 ? [`flags ${schedulerFlags.join(' ')}`] : []),
  ].join(' ');
}

function packetText(step: PacketStep): string {
  const { from, source, destination, flags, length, seq, ack, again } = step;
  return [
    `${from} ${source} > ${from === 'client' ? 'vip' : destination} ${flags ?? 'udp'}`,
    ...(length > 0 ? [`len ${length}`] : []),
    ...(seq === null ? [] : [`seq ${seq}`]),
    ...(ack === null ? [] : [`ack ${ack}`]),
    ...(again ? ['again'] : []),
  ].join(' ');
}

function commandText({ command }: CommandStep): string {
  switch (command.name) {
    case 'weight':
      return `weight ${command.server} ${command.weight}`;
    case 'add':
      return `add ${command.server} weight ${command.weight}`;
    case 'delete':
      return `delete ${command.server}`;
    case 'sysctl':
      return `sysctl ${command.key} = ${command.value}`;
    case 'timeout':
      return `timeout ${command.tcp} ${command.tcpfin} ${command.udp}`;
    default:
      return 'sleep 0';
  }
}
