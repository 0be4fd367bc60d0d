import { randomBytes } from "node:crypto";
import { toCronKey, toSessionKey } from "@kit/genai/core";

/** Key of a session: its id, else its name. */
export function sessionKey(name: string, id: string | undefined): string {
  return toSessionKey(id || name);
}

/** Key of a scheduled job. With `run`, each run has a key of its own. */
export function cronKey(job: string, by: "job" | "run"): string {
  const key = toCronKey(job);
  return by === "run" ? `${key}:run:${randomBytes(8).toString("hex")}` : key;
}
