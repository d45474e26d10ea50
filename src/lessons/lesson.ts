/** What a lesson is, after its file (parse_lesson.ts) has been read: plain data, for the page and the command line. */

/** A stretch of a paragraph. */
export type Span =
  | { readonly kind: 'text' | 'code' | 'strong'; readonly text: string }
  /** A figure that a run of the lesson's scenario has to give. */
  | {
      readonly kind: 'fact';
      readonly text: string;
      /** As an expectation: what is measured, and how it is rounded here. */
      readonly expression: string;
      /** Changes of the scenario, as behind --set. */
      readonly set: readonly string[];
    };

export type Paragraph = readonly Span[];

/** What a step of the picture points at. */
export const LOOKS = {
  ports: 'the port map',
  walk: 'ports that were just opened',
  dropped: 'ports whose SYN was just dropped',
  qps: 'the chart of requests per second',
  connect: 'the chart of connect times',
  entries: 'the chart of the table’s entries',
  drops: 'the chart of dropped packets',
  conntrack: 'the chart of conntrack’s entries',
  servers: 'the chart of the real servers’ requests',
  nodes: 'the chart of the nodes’ entries',
  cpu: 'the chart of the CPU',
} as const;

export type Look = keyof typeof LOOKS;

export interface Step {
  /** The picture stands at this instant. */
  readonly at_ns: number;
  readonly look: readonly Look[];
  /** Changes of the scenario that the picture shows, as behind --set. */
  readonly set: readonly string[];
  readonly text: readonly Paragraph[];
}

/** A key of --set, with the value that it has in the lesson's scenario. */
export interface Change {
  readonly key: string;
  readonly value: string;
  /** Null where any value may be tried. */
  readonly choices: readonly string[] | null;
}

export interface Lesson {
  /** Of the file, without its ending: what links and `lesson:NAME` call it. */
  readonly name: string;
  readonly title: string;
  /** About so long, for one who reads. */
  readonly minutes: number;
  readonly text: readonly Paragraph[];
  readonly predict: {
    /** Changes of the scenario that the question is about, as behind --set. */
    readonly set: readonly string[];
    readonly question: readonly Paragraph[];
    /** The run decides which one is right: the one whose expectation holds. */
    readonly answers: readonly { readonly text: Paragraph; readonly expect: string }[];
    /** The lesson's scenario with the answers' expectations, in their order. */
    readonly scenario: string;
  };
  readonly steps: readonly Step[];
  readonly explain: readonly Paragraph[];
  readonly puzzle: {
    readonly text: readonly Paragraph[];
    /** What may be changed. */
    readonly change: readonly Change[];
    /** What has to come true; in words where its line ends with a comment. */
    readonly expect: readonly { readonly expression: string; readonly words: string | null }[];
    /** The lesson's scenario with the puzzle's expectations, each on the line that it has in the lesson's file. */
    readonly scenario: string;
    /** Changes that do not solve it, and why. */
    readonly traps: readonly { readonly set: readonly string[]; readonly text: readonly Paragraph[] }[];
    /** Changes that solve it; each alone is enough. The page does not have them. */
    readonly solutions: readonly (readonly string[])[];
  };
  /** Numbers of the text that no run gives, and what they stand for. */
  readonly constants: Readonly<Record<string, string>>;
}
