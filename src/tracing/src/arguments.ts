/** A function of which nothing is known but that it can be called. */
export type Work = (...args: never[]) => unknown;

/** Sorts `(name?, options?, function?)`; the name may stand in the options. */
export function readArguments<Options extends { readonly name?: string | undefined }>(
  args: readonly unknown[],
): { options: Options; work: Work | undefined } {
  const [name, ...rest] = typeof args[0] === "string" ? args : [undefined, ...args];
  const given = rest.find((each) => typeof each === "object" && each !== null) as Options | undefined;
  const work = rest.find((each) => typeof each === "function") as Work | undefined;
  return { options: { ...given, ...(name !== undefined && { name }) } as Options, work };
}
