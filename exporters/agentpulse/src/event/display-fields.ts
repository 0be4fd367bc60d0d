import type { EventData } from "./event.js";

/** Members of `data` that the dashboard treats as strings or as numbers; anything else breaks its page. */
const TEXTS = new Set(["model", "status", "error", "summary", "message", "job"]);
const NUMBERS = new Set(["tokens", "cost_usd", "duration"]);

/**
 * Adds the application's data to an event's own members. A member whose name is taken, or whose value the dashboard could
 * not show, moves to `extra`.
 */
export function addUserData(data: EventData, user: Readonly<Record<string, unknown>>): void {
  let extra: EventData | undefined;
  for (const [key, value] of Object.entries(user)) {
    const shown = data[key] === undefined && key !== "__proto__" ? toDisplayable(key, value) : undefined;
    if (shown !== undefined) data[key] = shown;
    else if (value !== undefined && key !== "__proto__") {
      extra ??= {};
      extra[key] = value;
    }
  }
  if (extra === undefined) return;
  // A member that the application itself calls `extra` moves one level down.
  if (data.extra !== undefined) extra.extra = data.extra;
  data.extra = extra;
}

function toDisplayable(key: string, value: unknown): unknown {
  if (TEXTS.has(key)) {
    if (typeof value === "string") return value;
    return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
  }
  if (!NUMBERS.has(key)) return value;
  const amount = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof amount === "number" && Number.isFinite(amount) ? amount : undefined;
}
