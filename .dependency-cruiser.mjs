/** The layers of src/: the data flows scenario -> engine / kernel / network -> measure -> report -> cli. */
const only = (from, may, comment) => ({
  name: `${from}-layer`,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/` },
  // How text becomes safe for its medium is everybody's.
  to: { path: '^src/', pathNot: [...may, 'text/'].map((folder) => `^src/${folder}`) },
});

export default {
  forbidden: [
    only('engine', ['engine/'], 'A queue and a clock know no network.'),
    only('kernel', ['engine/', 'kernel/'], 'The kernel sees packets and timers, not scenarios, clients or reports.'),
    only(
      'scenario',
      ['scenario/', 'kernel/release/', 'kernel/sysctl_table\\.ts', 'kernel/sched/ip_vs_sched\\.ts'],
      'An editor or a browser validates a scenario without a simulator; what the kernel has is said in kernel/ only.',
    ),
    only('kernel/release', ['kernel/release/'], 'Reading the name of a kernel needs no kernel.'),
    only('network', ['engine/', 'kernel/', 'network/', 'scenario/'], 'Clients and servers drive the kernel pieces.'),
    only(
      'measure',
      ['engine/', 'kernel/', 'network/', 'scenario/', 'measure/'],
      'An observer reads what happened; it is not imported by what it observes.',
    ),
    only(
      'causes',
      ['causes/', 'kernel/release/', 'scenario/', 'measure/(result|trace|packet_stories)\\.ts', 'report/numbers\\.ts'],
      'A cause is recognised in saved results and traces; reports, advice and explanations tell of it in its words.',
    ),
    only(
      'report',
      ['report/', 'causes/', 'measure/(port_events|port_map|result|snapshot|trace|packet_stories)\\.ts', 'scenario/', 'version\\.ts'],
      'A saved result can be reported anew without the simulator.',
    ),
    only('text', [], 'Text is made safe without knowing what it says.'),
    only('storage', ['storage/'], 'How a file is written whole or a journal kept is not about what stands in it.'),
    only(
      'sweep',
      ['sweep/', 'storage/', 'scenario/', 'measure/', 'report/', 'run_slices\\.ts', 'simulate\\.ts', 'version\\.ts'],
      'A sweep runs simulations; it does not look inside them.',
    ),
    only(
      'check',
      ['check/', 'sweep/', 'storage/', 'scenario/', 'measure/', 'report/', 'simulate\\.ts', 'version\\.ts'],
      'A check is a sweep whose results are held against what was kept or expected.',
    ),
    only(
      'conform',
      ['conform/', 'engine/', 'kernel/'],
      'Recordings are packets and kernel state: replaying them needs no scenario, client or report.',
    ),
    only(
      'script',
      ['script/', 'conform/', 'engine/random\\.ts', 'kernel/', 'scenario/', 'measure/trace\\.ts', 'report/'],
      'A packet script is a recording that is still to be made, and its ladder is that of any trace.',
    ),
    only(
      'oracle',
      ['oracle/', 'script/', 'conform/', 'measure/trace\\.ts', 'report/packets/', 'storage/'],
      'The real kernel is given what the model is given, a plan, and its answer is a recording like any other.',
    ),
    only(
      'lessons',
      ['lessons/', 'scenario/', 'measure/(result|verdict)\\.ts', 'report/'],
      'A lesson is text about scenarios; whoever teaches it runs them.',
    ),
    only('import', ['import/', 'kernel/release/', 'scenario/'], 'Pasted text becomes a scenario without running one.'),
    only(
      'evidence',
      ['evidence/', 'import/(ipvsadm|keepalived|kubernetes|mark_rules)'],
      'What a file says does not hang on what anybody makes of it. Configurations have one reader, that of import.',
    ),
    only(
      'diagnose',
      ['diagnose/', 'evidence/', 'import/', 'kernel/release/', 'measure/result\\.ts', 'report/numbers\\.ts', 'report/answers/'],
      'A diagnosis weighs facts; whoever asks for it reads files and runs the scenario that it proposes.',
    ),
    only(
      'advise',
      ['advise/', 'causes/', 'kernel/release/', 'scenario/', 'measure/result\\.ts', 'report/'],
      'Advice compares results; whoever asks for it runs them.',
    ),
    only(
      'explain',
      ['explain/', 'causes/', 'kernel/release/', 'scenario/', 'measure/', 'report/'],
      'Explanations are made of what the other stages say about themselves.',
    ),
    {
      name: 'two-rims',
      comment: 'The command line and the page are rims side by side: what both say stands below them.',
      severity: 'error',
      from: { path: '^src/(cli|playground)/' },
      to: { path: '^src/(cli|playground)/', pathNot: '^src/$1/' },
    },
    {
      name: 'rims-outside',
      comment: 'Nothing needs a page or a terminal but what is one.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|playground)/' },
      to: { path: '^src/(cli|playground)/' },
    },
    {
      name: 'page-in-a-browser',
      comment: 'The page has no files, processes or threads of Node.',
      severity: 'error',
      from: { path: '^src/playground/' },
      to: { path: '^src/(storage|sweep|check|oracle)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'netfilter-without-ipvs',
      comment: 'Conntrack and NAT are there without IPVS; it is IPVS that asks them.',
      severity: 'error',
      from: { path: '^src/kernel/netfilter/' },
      to: { path: '^src/kernel/(ipvs|sched)/' },
    },
    {
      name: 'pure-core',
      comment: 'The core runs unchanged in a browser and in a worker: no file, clock, terminal or environment.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|playground|sweep|check|storage|oracle)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circular',
      comment: 'A cycle has no first file to run. Types may name each other, and what is loaded when called comes later.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    {
      name: 'one-queue',
      comment: 'Only the engine knows the priority queue and the random number generator packages.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/' },
      to: { path: 'node_modules/(fast-priority-queue|fastpriorityqueue|seedrandom)' },
    },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' } },
};
