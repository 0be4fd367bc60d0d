/** Prefixes of Bedrock, such as `us.anthropic.`. */
const REGION_AND_VENDOR = /^(?:[a-z][a-z-]*\.)?[a-z][a-z\d]*\.(?=[a-z])/;

/** Suffixes of versions that have the price of their model. */
const VERSION = /^(?:-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3,4}|latest|preview|exp|instruct))+$/;

/** What kind of thing an ARN names, whatever stands before it. */
const ARN_OF = /(?:^|\/)arn:(?:[^:]*:){4}([^/:]*)/;

/** What AWS bills like the model that it stands for; not what was trained, imported, hosted or reserved, nor routers. */
const BILLED_AS_MODEL: ReadonlySet<string | undefined> = new Set([
  "foundation-model",
  "inference-profile",
  "application-inference-profile",
  "prompt",
]);

/** How much of a name must match: all but the version suffix (`strict`), or only the beginning (`prefix`). */
export type CostMatch = "strict" | "prefix";

/** Whether the price of `known` applies to `name`. */
export function isSameModel(name: string, known: string, match: CostMatch): boolean {
  return name.startsWith(known) && (match === "prefix" || VERSION.test(name.slice(known.length)));
}

/**
 * The bare name of a model, without gateway, cloud, vendor or deployment version. `undefined` for fine-tunes and what
 * else has a price of its own, although it names a model.
 */
export function toModelName(model: string): string | undefined {
  const name = model.trim().toLowerCase();
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (name.startsWith("ft:") || last.startsWith("ft:") || isPricedApart(name)) return undefined;
  return last
    .replace(REGION_AND_VENDOR, "")
    .replace(/@.*/, "")
    .replace(/:.*/, "")
    .replace(/-v\d+$/, "");
}

/** Whether a call has a price of its own, whichever model says that it answered. */
export function isPricedApart(model: string): boolean {
  const arn = ARN_OF.exec(model);
  return arn !== null && !BILLED_AS_MODEL.has(arn[1]);
}
