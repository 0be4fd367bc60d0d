/** Prefixes of Bedrock, such as `us.anthropic.`. */
const REGION_AND_VENDOR = /^(?:[a-z][a-z-]*\.)?[a-z][a-z\d]*\.(?=[a-z])/;

/** Suffixes of versions that have the price of their model. */
const VERSION = /^(?:-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3,4}|latest|preview|exp|instruct))+$/;

/** How much of a name must match: all but the version suffix (`strict`), or only the beginning (`prefix`). */
export type CostMatch = "strict" | "prefix";

/** Whether the price of `known` applies to `name`. */
export function isSameModel(name: string, known: string, match: CostMatch): boolean {
  return name.startsWith(known) && (match === "prefix" || VERSION.test(name.slice(known.length)));
}

/**
 * The bare name of a model, without gateway, cloud, vendor or deployment version. `undefined` for fine-tunes, which cost
 * more than their base model.
 */
export function toModelName(model: string): string | undefined {
  const name = model.trim().toLowerCase();
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (name.startsWith("ft:") || last.startsWith("ft:")) return undefined;
  return last
    .replace(REGION_AND_VENDOR, "")
    .replace(/@.*/, "")
    .replace(/:.*/, "")
    .replace(/-v\d+$/, "");
}
