import { parseJson } from "@kit/genai/core";

/** Longer texts take too long to parse, and could not be sent anyway. */
const MAX_LENGTH = 200_000;
/** Shorter texts may fit into an event unchanged. */
const SHORT = 16_384;
/** More members would not fit into an event, and finding that out takes several passes over each. */
const MAX_MEMBERS = 1_000;

/** Reads a JSON object from an attribute, without more than an event could hold; `undefined` for anything else. */
export function readObject(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "string" || value.length > MAX_LENGTH) return undefined;
  const parsed = parseJson(value);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  const short = value.length > SHORT ? takeSome(parsed, { members: MAX_MEMBERS }) : parsed;
  return short as Record<string, unknown>;
}

/** The first members, at whatever depth. */
function takeSome(value: unknown, left: { members: number }): unknown {
  if (typeof value !== "object" || value === null) return value;
  const taken = Object.entries(value).slice(0, left.members);
  left.members -= taken.length;
  if (Array.isArray(value)) return taken.map(([, item]) => takeSome(item, left));
  return Object.fromEntries(taken.map(([key, member]) => [key, takeSome(member, left)]));
}
