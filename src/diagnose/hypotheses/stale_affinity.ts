/** Templates of persistence that name a real server which is gone. */
import { count } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';

export const STALE_AFFINITY: Hypothesis = {
  name: 'stale-affinity',
  title: 'affinity outlives its real server',
  weigh(seen, scales) {
    const { services } = seen;
    const persistent = services.filter(({ persistent_s }) => persistent_s > 0);
    const templates = seen.all('entries').filter((fact) => fact.templates > 0);
    const [first] = services;
    if (first !== undefined && persistent.length === 0) {
      scales.speaksAgainst('proof', first.at, 'no service has persistence');
      return;
    }
    const [template] = templates;
    if (template === undefined || first === undefined) {
      if (persistent.length > 0)
        scales.lacks('ipvsadm -Lnc | grep NONE', 'templates that name a real server which is gone');
      return;
    }
    const servers = seen.all('server');
    const stale = templates.filter(({ server }) => {
      const rows = servers.filter(({ address }) => sameServer(address, server));
      return rows.every(({ weight }) => weight === 0);
    });
    const [worst] = stale;
    if (worst === undefined) {
      scales.speaksAgainst('proof', template.at, 'every template names a real server that is there');
      return;
    }
    const number = stale.reduce((sum, fact) => sum + fact.templates, 0);
    scales.speaksFor(
      'sign',
      worst.at,
      `${count(number)} templates name ${worst.server}, which is gone or has weight 0`,
    );
    const expire = seen.sysctl('net.ipv4.vs.expire_quiescent_template');
    if (expire === null)
      scales.lacks(
        'sysctl net.ipv4.vs.expire_quiescent_template',
        'with 0 clients stay with a real server of weight 0',
      );
    else if (expire.value === 0)
      scales.speaksFor(
        'sign',
        expire.at,
        'expire_quiescent_template is 0: clients stay with a real server of weight 0',
      );
  },
};

/** A template's port is 0 where it stands for several ports. */
function sameServer(listed: string, ofTemplate: string): boolean {
  const [address, port] = ofTemplate.split(':');
  return port === '0' ? listed.startsWith(`${address}:`) : listed === ofTemplate;
}
