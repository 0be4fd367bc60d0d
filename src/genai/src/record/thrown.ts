/** A member of anything; `undefined` where it has none, and where looking at it throws. */
export function memberOf(value: unknown, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** Whatever was thrown, in words for a log. Not everything that can be thrown can be written. */
export function inWords(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return `an unreadable ${typeof thrown}`;
  }
}
