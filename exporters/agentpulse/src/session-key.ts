import { createHash } from "node:crypto";

const MAX_LENGTH = 256;

/**
 * A session key that the server accepts and shows: at most 256 characters, longer ones cut and made unique by a hash, and
 * never beginning with `session:`, which the dashboard hides.
 */
export function toSessionKey(id: string): string {
  const key = id.startsWith("session:") ? `_${id}` : id;
  if (key.length <= MAX_LENGTH) return key;
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 8);
  const kept = key.slice(0, MAX_LENGTH - 9);
  // Half a surrogate pair is not valid Unicode.
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}~${hash}`;
}
