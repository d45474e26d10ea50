/** `ipvsim diagnose`: what a real node gave up goes in as it is, and a verdict comes out, or what is missing for one. */

import { findCauses } from '../../../causes/causes.ts';
import { diagnose, isLikely } from '../../../diagnose/diagnose.ts';
import { diagnosisAnswer } from '../../../diagnose/diagnosis_answer.ts';
import { type Reproduction, renderDiagnosis } from '../../../diagnose/diagnosis_text.ts';
import { HYPOTHESES } from '../../../diagnose/hypotheses.ts';
import type { Hypothesis } from '../../../diagnose/hypothesis.ts';
import { importedFrom } from '../../../diagnose/imported.ts';
import { busiestService } from '../../../diagnose/reported_load.ts';
import { beside, loadOf } from '../../../diagnose/reproduction.ts';
import { Seen } from '../../../diagnose/seen.ts';
import { captureEvidence } from '../../../evidence/capture/capture_facts.ts';
import { type Evidence, recognise } from '../../../evidence/recognise.ts';
import { scenarioFrom } from '../../../import/scenario_yaml.ts';
import type { Staging } from '../../../import/staging.ts';
import { renderAnswer } from '../../../report/answers/answer.ts';
import { writeWhole } from '../../../storage/whole_file.ts';
import { defineCommand } from '../../command.ts';
import { EXIT } from '../../exit_code.ts';
import { parseText } from '../../files/scenario_source.ts';
import { schemaReference } from '../../files/schema_file.ts';
import type { NamedText } from '../../files/text_file.ts';
import { listenForInterrupt } from '../../interrupt.ts';
import { LIMIT_OPTIONS, limitsOf, refuseBeyond, runLimits } from '../../limits.ts';
import { showProgress } from '../../progress.ts';
import { ANSWER_FORMAT } from '../../scenario_options.ts';
import type { Terminal } from '../../terminal.ts';
import { runWatched } from '../../watched_run.ts';
import { readWatched } from './read_watched.ts';

const EXITS = { found: EXIT.failed, nothing: EXIT.ok, unknown: EXIT.unknown } as const;

export const command = defineCommand({
  positionals: {
    file: {
      describe: 'what commands printed, logs, reports, or a tar of them; - for stdin',
      count: 'many',
      minimum: 1,
    },
  },
  options: {
    ...LIMIT_OPTIONS,
    ...ANSWER_FORMAT,
    out: { type: 'text', value: 'FILE', describe: 'write the scenario that reproduces it' },
  },
  examples: [
    [
      'diagnose ln.txt lnc.txt sysctl.txt uname.txt ab.txt',
      'the verdict, and what speaks for and against it',
    ],
    ['diagnose node.txt', 'outputs pasted one below the other are told apart'],
    ['diagnose node.tar --out mine.yaml', 'of ipvsim collect; then: ipvsim advise mine.yaml'],
  ],
  notes: [
    'Recognised by content: ipvsadm -Ln, -Lnc, --stats, --rate, --timeout, -Sn; /proc/net/ip_vs, ip_vs_conn, ip_vs_stats; ' +
      'sysctl -a; uname -a, /proc/version, /proc/version_signature, os-release; conntrack -L, -S, ' +
      '/proc/net/nf_conntrack; nstat, netstat -s; ss -tan, -ltn; dmesg; reports of ab, hey, wrk, k6 and vegeta; access ' +
      'logs of nginx and envoy with connect times; errors of curl, Go and nginx; pcap and pcapng; keepalived.conf; iptables-save; objects of Kubernetes as YAML or JSON (services, ' +
      "endpointslices, pods, nodes, kube-proxy's ConfigMap).",
    'Exit codes: 0 nothing is wrong by this evidence, 1 a cause is likely, 3 cannot say.',
  ],
  async run({ file: sources, format, out, ...asked }, terminal) {
    const handedIn = await readWatched(sources, terminal);
    if (handedIn === null) return EXIT.interrupted;
    const texts = handedIn.flatMap((each) => each.texts);
    const evidence = handedIn.flatMap(({ texts: each, host }) =>
      each.map(({ text, label }) => recognise(text, label, host)),
    );
    const captured = handedIn.flatMap(({ capture }) => (capture === null ? [] : captureEvidence(capture)));
    const recognised = [...evidence, ...captured].flatMap((each) => each.recognised);
    const facts = recognised.flatMap((each) => each.facts);
    const diagnosis = diagnose(facts);
    const seen = new Seen(facts);
    const leading = diagnosis.judgements.find(isLikely)?.name;
    const lead = HYPOTHESES.find(({ name }) => name === leading);
    const yaml = scenarioOf(texts, evidence, lead?.stage?.(seen));
    let reproduction: Reproduction | null = null;
    if (yaml !== null && out !== undefined) writeWhole(out, yaml);
    if (yaml === null && out !== undefined)
      terminal.complain('no scenario can be made without the table of services: ipvsadm -Ln');
    if (yaml !== null && lead !== undefined) {
      const shown = await reproduce(yaml, { seen, lead }, asked, terminal);
      if (shown === 'interrupted') return EXIT.interrupted;
      reproduction = shown;
    }
    const unplaced = [
      ...[...handedIn, ...evidence, ...captured].flatMap((each) => each.unplaced),
      ...seen.unreadKernels.map(({ at, why }) => ({ ...at, why })),
    ];
    const told = { recognised, unplaced, diagnosis, reproduction };
    await terminal.print(format === 'json' ? renderAnswer(diagnosisAnswer(told)) : renderDiagnosis(told));
    return EXITS[diagnosis.verdict];
  },
});

/** As `ipvsim import` makes it; null where there is no table of services. */
function scenarioOf(
  texts: readonly NamedText[],
  evidence: readonly Evidence[],
  staging: Staging | undefined,
): string | null {
  const read = importedFrom(
    texts.map(({ text }) => text),
    evidence,
  );
  const imported = scenarioFrom({
    ...read,
    service: busiestService(read.seen)?.address,
    load: loadOf(read.seen),
    staging,
    schema: schemaReference('scenario', '.'),
  });
  return imported?.yaml ?? null;
}

async function reproduce(
  yaml: string,
  { seen, lead }: { readonly seen: Seen; readonly lead: Hypothesis },
  asked: Parameters<typeof limitsOf>[0],
  terminal: Terminal,
): Promise<Reproduction | 'interrupted' | null> {
  const { scenario } = parseText({ text: yaml, label: 'the scenario made of the evidence' }, {});
  if (scenario === null) return null;
  const limits = limitsOf(asked);
  refuseBeyond([scenario], limits, 1);
  const interrupt = listenForInterrupt(terminal);
  const result = await runWatched(scenario, {
    interrupt,
    progress: showProgress(terminal),
    label: 'simulating the evidence',
    limits: runLimits(limits),
  });
  if (interrupt.asked) return 'interrupted';
  const shows = lead.shows?.(result) ?? findCauses(result).some(({ cause }) => cause.name === lead.name);
  return { yaml, shows, beside: beside(seen, result, lead) };
}
