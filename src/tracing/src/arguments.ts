import { attempt } from "./attempt.js";

/** Any function. */
export type Work = (...args: never[]) => unknown;

/** Sorts out `(name?, options?, function?)`; the name may also be in the options. Anything else is ignored. */
export function readArguments<Options extends { readonly name?: string | undefined }>(
  args: readonly unknown[],
): { options: Options; work: Work | undefined } {
  const name = args.find((each) => typeof each === "string");
  const given = args.find((each) => typeof each === "object" && each !== null) as Options | undefined;
  const work = args.find((each) => typeof each === "function") as Work | undefined;
  const options = attempt(() => Object.assign({}, given)) ?? {};
  return { options: Object.assign(options, name === undefined ? undefined : { name }) as Options, work };
}
