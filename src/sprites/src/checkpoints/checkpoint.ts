import { readId, readObject, readString, readStrings, readTime } from "../rest/json.js";
import type { StreamMessage } from "./stream-message.js";

/** A saved state of a sandbox's files. Processes are not part of it. */
export interface Checkpoint {
  /** `v1`, `v2`, … or `auto-1`, … */
  readonly id: string;
  /** An invalid date when the server did not tell. */
  readonly createTime: Date;
  /** The checkpoint the sandbox stood on; empty when unknown. */
  readonly sourceId: string;
  /** Lineage, as far as the server tells it. */
  readonly history: readonly string[];
  readonly comment?: string;
  readonly isAuto?: boolean;
  readonly health?: string;
}

export function readCheckpoint(value: unknown): Checkpoint {
  const fields = readObject(value);
  const comment = readString(fields.comment);
  const health = readString(fields.health);
  return {
    id: readId(fields.id),
    createTime: readTime(fields.create_time),
    sourceId: readId(fields.source_id),
    history: readStrings(fields.history),
    ...(comment !== undefined && { comment }),
    ...(typeof fields.is_auto === "boolean" && { isAuto: fields.is_auto }),
    ...(health !== undefined && { health }),
  };
}

const ID = /\b(v\d+|auto-\d+)\b/g;

/** The id of the checkpoint that a progress stream made. Today's servers tell it in prose only. */
export function findCreatedId(messages: readonly StreamMessage[]): string | undefined {
  const detailed = messages.map((message) => readId(message.data.checkpoint_id)).filter(Boolean);
  const complete = messages.find((message) => message.type === "complete")?.message ?? "";
  const infos = messages.filter((message) => message.type === "info");
  return (
    detailed.at(-1) ??
    complete.match(ID)?.at(-1) ??
    infos.map((message) => /ID:\s*(\S+)/.exec(message.message)?.[1]).findLast((id) => id !== undefined)
  );
}

/** The newest checkpoint somebody made by hand since `notBefore` (an invalid date: at any time). */
export function findNewest(checkpoints: readonly Checkpoint[], notBefore: Date): Checkpoint | undefined {
  const candidates = checkpoints.filter(
    ({ id, createTime }) => id !== "Current" && !id.startsWith("auto-") && !(createTime < notBefore),
  );
  // Lists are newest first; a server that has another order still tells the times.
  return candidates.reduce<Checkpoint | undefined>(
    (newest, other) => (newest === undefined || other.createTime > newest.createTime ? other : newest),
    undefined,
  );
}

/** A list: JSON, or text lines `v3: …` from servers that have only a lineage to offer. Ids of the latter. */
export function readCheckpointList(body: string): { checkpoints: Checkpoint[] } | { ids: string[] } {
  const text = body.trim();
  // `null` is how some servers write a list with nothing in it.
  if (/^[[{]|^null$/.test(text)) {
    const value: unknown = JSON.parse(text);
    const list = Array.isArray(value) ? value : readObject(value).checkpoints;
    return { checkpoints: Array.isArray(list) ? list.map(readCheckpoint) : [] };
  }
  const ids = text.split("\n").map((line) => line.split(":", 1)[0]?.trim() ?? "");
  return { ids: [...new Set(ids.filter((id) => id !== ""))] };
}
