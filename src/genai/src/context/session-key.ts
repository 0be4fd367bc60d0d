import { createHash } from "node:crypto";
import { truncate } from "../content/truncate.js";

/** Longest key that AgentPulse accepts; with a longer one, the event would be lost. */
const MAX_KEY = 256;
const CRON_PREFIX = "agent:main:cron:";
/** Room that the key of a job leaves for a run's own part: `:run:` and 16 hexadecimal digits. */
const RUN_PART = 21;

/**
 * What is given as a session's key, as every backend accepts and shows it. AgentPulse's dashboard hides keys that begin
 * with `session:`, so those get a leading underscore. A long key is cut and ends in a hash of the whole, so that different
 * keys stay different. Applied twice, it changes nothing more.
 */
export function toSessionKey(given: string): string {
  return bounded(given.startsWith("session:") ? `_${given}` : given, MAX_KEY);
}

/** The key of a scheduled job, in the form that AgentPulse recognises as a job. */
export function toCronKey(job: string): string {
  return `${CRON_PREFIX}${bounded(job.replaceAll(":", "-"), MAX_KEY - CRON_PREFIX.length - RUN_PART)}`;
}

function bounded(given: string, max: number): string {
  const key = wellFormed(given);
  if (key.length <= max) return key;
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 8);
  return `${truncate(key, max - hash.length - 1)}~${hash}`;
}

/** Lone surrogates are not valid Unicode: every exporter would write them differently, and baggage cannot hold them. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}
