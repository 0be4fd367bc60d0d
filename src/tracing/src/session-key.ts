import { createHash, randomBytes } from "node:crypto";

/** Longest key that AgentPulse takes; a longer one would cost it the event. */
const MAX_KEY = 256;
/** What a run's own part takes of it: `:run:` and 16 hexadecimal digits. */
const RUN_PART = 21;
const CRON_PREFIX = "agent:main:cron:";

/**
 * Key of a session: its id, else its name. AgentPulse's dashboard hides keys that begin with `session:`, so those get
 * an underscore in front; a long one is cut and ends in a hash of the whole, so that two of them stay two.
 */
export function sessionKey(name: string, id: string | undefined): string {
  const wanted = id || name;
  return bounded(wanted.startsWith("session:") ? `_${wanted}` : wanted, MAX_KEY);
}

/**
 * Key of what runs inside a scheduled job, in the form that AgentPulse shows as the job. By `run`, each run has a
 * key of its own.
 */
export function cronKey(job: string, by: "job" | "run"): string {
  const safe = bounded(job.replaceAll(":", "-"), MAX_KEY - CRON_PREFIX.length - RUN_PART);
  const key = `${CRON_PREFIX}${safe}`;
  return by === "run" ? `${key}:run:${randomBytes(8).toString("hex")}` : key;
}

function bounded(given: string, max: number): string {
  const text = wellFormed(given);
  if (text.length <= max) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  const kept = text.slice(0, max - hash.length - 1);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}~${hash}`;
}

/** Half a character is not valid Unicode: every exporter would write it differently, and no baggage can be. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}
