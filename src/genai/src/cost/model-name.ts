/** `us.anthropic.` and the like, as Bedrock puts them before a model. */
const REGION_AND_VENDOR = /^(?:[a-z][a-z-]*\.)?[a-z][a-z\d]*\.(?=[a-z])/;

/** Suffixes that distinguish versions of one model, but nothing that has a price of its own. */
const VERSION = /^(?:-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3,4}|latest|preview|exp|instruct))+$/;

/** How much of a name must match for a price to apply: everything but the version suffix, or only the beginning. */
export type CostMatch = "strict" | "prefix";

/** Whether the price of a known model applies to another name. */
export function isSameModel(name: string, known: string, match: CostMatch): boolean {
  return name.startsWith(known) && (match === "prefix" || VERSION.test(name.slice(known.length)));
}

/**
 * The name of the model itself, without gateway, cloud, vendor or deployment version. `undefined` for fine-tunes,
 * which cost more than their base model.
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
