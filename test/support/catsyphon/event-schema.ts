/** What the server's schema says of an event, as it answers: 422 with details, or 500 for what it did not foresee. */
export type Verdict =
  | { readonly kind: "valid" }
  | { readonly kind: "invalid"; readonly loc: readonly (string | number)[]; readonly msg: string }
  | { readonly kind: "crash" };

export interface ReceivedEvent {
  readonly sequence?: number;
  readonly type: string;
  readonly emitted_at: string;
  readonly observed_at: string;
  readonly event_hash?: string;
  readonly data: Record<string, unknown>;
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const filled: Check = (value) => typeof value === "string" && value !== "";
const object: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const whole: Check = (value) => Number.isInteger(value);
const objects: Check = (value) => Array.isArray(value) && value.every(object);
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const counts: Check = (value) => object(value) && Object.values(value as object).every(whole);

/** `!` marks what has to be there. */
const SCHEMAS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  session_start: {
    "agent_type!": filled,
    agent_version: text,
    working_directory: text,
    git_branch: text,
    parent_session_id: text,
    slug: text,
    context_semantics: object,
    summaries: objects,
    compaction_events: objects,
  },
  session_end: {
    "outcome!": filled,
    summary: text,
    plans: objects,
    files_touched: texts,
    total_messages: whole,
    total_tool_calls: whole,
  },
  message: {
    "author_role!": text,
    "message_type!": text,
    content: text,
    model: text,
    stop_reason: text,
    thinking_content: text,
    token_usage: counts,
    thinking_metadata: object,
    raw_data: object,
  },
  tool_call: { "tool_name!": filled, "tool_use_id!": filled, parameters: object },
  tool_result: {
    "tool_use_id!": text,
    success: (value) => typeof value === "boolean",
    result: text,
    error_message: text,
  },
};

const ROLES = new Set(["human", "caller", "assistant", "agent", "tool", "system"]);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/** Judges one event of a request. */
export function judgeEvent(event: unknown, index: number): Verdict {
  const loc = ["body", "events", index];
  if (!object(event)) return { kind: "invalid", loc, msg: "Input should be a valid dictionary" };
  const fields = event as Record<string, unknown>;
  if (!text(fields.type)) return { kind: "invalid", loc: [...loc, "type"], msg: "Field required" };
  for (const name of ["emitted_at", "observed_at"]) {
    const value = fields[name];
    if (typeof value !== "string" || !TIME.test(value)) {
      return { kind: "invalid", loc: [...loc, name], msg: "Input should be a valid datetime" };
    }
  }
  const hash = fields.event_hash;
  if (hash !== undefined && hash !== null && (typeof hash !== "string" || hash.length > 32)) {
    return {
      kind: "invalid",
      loc: [...loc, "event_hash"],
      msg: "String should have at most 32 characters",
    };
  }
  if (!object(fields.data)) return { kind: "invalid", loc: [...loc, "data"], msg: "Field required" };
  return judgeData(fields.type as string, fields.data as Record<string, unknown>, [...loc, "data"]);
}

function judgeData(type: string, data: Record<string, unknown>, loc: readonly (string | number)[]): Verdict {
  for (const [marked, check] of Object.entries(SCHEMAS[type] ?? {})) {
    const name = marked.replace("!", "");
    const value = data[name];
    if (value === undefined || value === null) {
      if (marked.endsWith("!")) return { kind: "invalid", loc: [...loc, name], msg: "Field required" };
    } else if (!check(value)) {
      return { kind: "invalid", loc: [...loc, name], msg: `Input should be a valid ${name}` };
    }
  }
  if (data.author_role !== undefined && !ROLES.has(String(data.author_role))) return { kind: "crash" };
  if (type === "session_start") {
    for (const name of ["agent_type", "agent_version"]) {
      if (String(data[name] ?? "").length > 50) return { kind: "crash" };
    }
  }
  return { kind: "valid" };
}

/** Whether the database refuses a text somewhere in the value. */
export function holdsPoison(value: unknown): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what the database refuses.
  if (typeof value === "string") return /\u0000|\p{Surrogate}/u.test(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, member]) => holdsPoison(key) || holdsPoison(member));
}
