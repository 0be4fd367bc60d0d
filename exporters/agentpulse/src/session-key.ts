import { createHash } from "node:crypto";

const MAX_LENGTH = 256;

/**
 * A session key as the server takes and shows it: at most 256 characters, a longer one cut and told apart by a hash,
 * and never beginning with `session:`, which the dashboard hides.
 */
export function toSessionKey(id: string): string {
  const key = id.startsWith("session:") ? `_${id}` : id;
  if (key.length <= MAX_LENGTH) return key;
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 8);
  const kept = key.slice(0, MAX_LENGTH - 9);
  // Half a character is not valid Unicode.
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}~${hash}`;
}
