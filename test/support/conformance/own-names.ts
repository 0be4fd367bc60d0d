import { existsSync, readFileSync } from "node:fs";

/** An operation the conventions have no name for, told by the span type it is shaped like. */
export interface OwnOperation {
  /** Registry span type whose attributes it may carry. */
  readonly like: string;
  readonly kind: "CLIENT" | "INTERNAL";
}

const CALL: OwnOperation = { like: "gen_ai.client.inference", kind: "CLIENT" };

/** The custom operations of the kit. Named `{operation} {model}`, or the operation alone without a model. */
export const OWN_OPERATIONS: Readonly<Record<string, OwnOperation>> = {
  image_generation: CALL,
  image_edit: CALL,
  image_variation: CALL,
  speech: CALL,
  transcription: CALL,
  translation: CALL,
  moderation: CALL,
  compact: CALL,
  count_tokens: CALL,
  create_batch: CALL,
  retrieve_batch: CALL,
  cancel_batch: CALL,
  delete_batch: CALL,
  list_batches: CALL,
  batch_results: CALL,
  rerank: { like: "gen_ai.retrieval.client", kind: "CLIENT" },
};

/** A documented constant: the comment before it begins with its type, as in `double, US dollars: …`. */
const DOCUMENTED =
  /\/\*\*\s+(?:\*\s+)?(string\[\]|(?:string|int|double|boolean)\b)(?:(?!\*\/)[\s\S])*\*\/\s*\w+: "(kit\.[a-z0-9_.]+)"/g;

const SOURCE = new URL("../../../src/genai/src/attributes.ts", import.meta.url);

/**
 * Every `kit.*` name that the engine's attribute module writes down, with the type its comment begins with.
 * A name used but not listed there is unknown.
 */
export const KIT_NAMES: ReadonlyMap<string, string> = new Map(
  existsSync(SOURCE)
    ? Array.from(readFileSync(SOURCE, "utf8").matchAll(DOCUMENTED), ([, type, name]) => [
        `${name}`,
        `${type}`,
      ])
    : [],
);

/** Attributes of the core conventions that any span may carry. */
export const CORE_NAMES: ReadonlySet<string> = new Set(["session.id", "user.id"]);
