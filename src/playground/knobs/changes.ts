/** Changes to a scenario, as behind --set: of a key for the whole run, and events that change something during it. */

/** Of a scenario's changes those that are events: place in the list, and what the event says. */
const EVENT = /^events\.(\d+)=\{at: (\d+)ms, (.*)\}$/u;

export interface EventChange {
  /** As behind --set. */
  readonly change: string;
  readonly at_ns: number;
  readonly says: string;
}

export function valueIn(set: readonly string[], key: string): string | undefined {
  return set.find((one) => one.startsWith(`${key}=`))?.slice(key.length + 1);
}

export function withValue(set: readonly string[], key: string, value: string): string[] {
  const change = `${key}=${value}`;
  return valueIn(set, key) === undefined
    ? [...set, change]
    : set.map((one) => (one.startsWith(`${key}=`) ? change : one));
}

/** An event more, at a whole millisecond. `own` is how many the scenario's text has. */
export function withEvent(set: readonly string[], own: number, at_ns: number, says: string): string[] {
  const at = Math.round(at_ns / 1e6);
  return [...set, `events.${own + eventsIn(set).length}={at: ${at}ms, ${says}}`];
}

export function eventsIn(set: readonly string[]): EventChange[] {
  return set.flatMap((change) => {
    const found = EVENT.exec(change);
    return found === null ? [] : [{ change, at_ns: Number(found[2]) * 1e6, says: found[3]! }];
  });
}

/** Without that event; those behind it move up, as a list has no gaps. */
export function withoutEvent(set: readonly string[], { change }: EventChange): string[] {
  const place = Number(EVENT.exec(change)![1]);
  return set
    .filter((one) => one !== change)
    .map((one) => {
      const own = EVENT.exec(one);
      return own === null || Number(own[1]) < place
        ? one
        : one.replace(/^events\.\d+/u, `events.${Number(own[1]) - 1}`);
    });
}
