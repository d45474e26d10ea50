/**
 * The kinds of load, one file each. A new one is a file here, its two lines below, and its pacer
 * (network/pacers.ts); the schema, its documentation, checks, reports and estimates follow from the list.
 */
import { CLOSED } from './closed.ts';
import type { LoadKind } from './load_kind.ts';
import { OPEN } from './open.ts';
import { PROBE } from './probe.ts';
import { REPLAY } from './replay.ts';

const LOADS = { closed: CLOSED, open: OPEN, probe: PROBE, replay: REPLAY } as const;

/** The keys of all kinds, for the schema. */
export const LOAD_FIELDS = { ...CLOSED.fields, ...OPEN.fields, ...PROBE.fields, ...REPLAY.fields };

export type Load = ReturnType<(typeof LOADS)[keyof typeof LOADS]['read']>;

/** What is left of a kind's types where any kind will do. */
type AnyKind = LoadKind<typeof LOAD_FIELDS, Load>;

export const LOAD_KINDS = Object.values(LOADS) as unknown as readonly AnyKind[];

export function loadKindOf(load: Load): AnyKind {
  return LOADS[load.kind] as unknown as AnyKind;
}
