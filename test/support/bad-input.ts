/** What an application may pass by mistake wherever something else is meant. */
export const HOSTILE: readonly unknown[] = [
  ...[undefined, null, 0, Number.NaN, "", " ", true],
  ...[{}, [], [null], () => {}, Symbol("s"), 10n],
];

/** What a call throws, at once or later; `undefined` when it does not. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}
