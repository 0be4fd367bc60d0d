/** A message as the fake stores and relays it. */
export interface WireMessage {
  id: string;
  channel: string;
  sender_type: string;
  content: { type: string } & Record<string, unknown>;
  timestamp: string;
  correlation_id: string | null;
  metadata?: unknown;
}

type Json = Record<string, unknown>;
type Read = (value: unknown, path: string) => unknown;

/** Which of the two prompt types a server knows. */
export type Mode = "decision" | "question";

/** Well-formed JSON of the wrong shape; the text is what the real server's JSON library says. */
export class ShapeError extends Error {}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const RESPONSE_TYPES = ["text", "authorization_approved", "authorization_denied", "timeout", "cancelled"];

export const isUuid = (text: string) => UUID.test(text);

/** Strict: wrong types, unknown variants and missing fields are refused; unknown fields are dropped. */
export function parseMessage(value: unknown, mode: Mode): WireMessage {
  const { metadata, ...message } = struct({
    id: uuid,
    channel: string,
    sender_type: oneOf(["AGENT", "HUMAN"]),
    content: (content, path) => parseContent(content, path, mode),
    timestamp: time,
    correlation_id: nullable(uuid),
    metadata: any,
  })(value, "") as Json;
  return { ...message, ...(metadata == null ? {} : { metadata }) } as unknown as WireMessage;
}

/** Body of `POST /messages/{id}/response`. */
export function parseResponse(value: unknown): { answer: string | null; response_type: string } {
  const read = struct({ answer: nullable(string), response_type: oneOf(RESPONSE_TYPES) });
  return read(value, "") as { answer: string | null; response_type: string };
}

function parseContent(value: unknown, path: string, mode: Mode): unknown {
  if (!isObject(value)) throw mismatch(path, value, "internally tagged enum MessageContent");
  const { [mode === "decision" ? "question" : "decision"]: _absent, ...variants } = VARIANTS;
  const type = value.type;
  if (type === undefined) throw new ShapeError(`${path}: missing field \`type\``);
  if (typeof type !== "string" || !Object.hasOwn(variants, type)) {
    const known = Object.keys(variants).map((name) => `\`${name}\``);
    throw new ShapeError(`${path}: unknown variant \`${type}\`, expected one of ${known.join(", ")}`);
  }
  return { type, ...((variants as Record<string, Read>)[type]?.(value, path) as Json) };
}

const any: Read = (value) => value ?? null;

const string: Read = (value, path) => {
  if (typeof value !== "string") throw mismatch(path, value, "a string");
  return value;
};

const uuid: Read = (value, path) => {
  if (typeof value !== "string") throw mismatch(path, value, "a UUID string");
  if (!isUuid(value)) throw new ShapeError(`${path}: UUID parsing failed`);
  const hex = value.replaceAll("-", "").toLowerCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

const u32: Read = (value, path) => {
  const fits = Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 4_294_967_295;
  if (!fits) throw mismatch(path, value, "u32");
  return value;
};

const time: Read = (value, path) => {
  const offset = typeof value === "string" && /[zZ]$|[+-]\d{2}:\d{2}$/.test(value);
  if (!offset || Number.isNaN(Date.parse(value))) throw new ShapeError(`${path}: premature end of input`);
  return new Date(value).toISOString();
};

function nullable(read: Read): Read {
  return (value, path) => (value == null ? null : read(value, path));
}

/** Absent and null alike leave the field out. */
function optional(read: Read): Read {
  return (value, path) => (value == null ? undefined : read(value, path));
}

function oneOf(variants: readonly string[]): Read {
  return (value, path) => {
    if (typeof value === "string" && variants.includes(value)) return value;
    const known = variants.map((name) => `\`${name}\``);
    throw new ShapeError(`${path}: unknown variant \`${value}\`, expected one of ${known.join(", ")}`);
  };
}

function list(read: Read): Read {
  return (value, path) => {
    if (!Array.isArray(value)) throw mismatch(path, value, "a sequence");
    return value.map((item, index) => read(item, `${path}[${index}]`));
  };
}

const REQUIRED: ReadonlySet<Read> = new Set([string, uuid, u32, time]);

function struct(fields: Readonly<Record<string, Read>>): Read {
  return (value, path) => {
    if (!isObject(value)) throw mismatch(path, value, "a map");
    const result: Json = {};
    for (const [key, read] of Object.entries(fields)) {
      const at = path === "" ? key : `${path}.${key}`;
      if (value[key] === undefined && (REQUIRED.has(read) || isStrict(read, at))) {
        throw new ShapeError(`${path === "" ? "" : `${path}: `}missing field \`${key}\``);
      }
      const parsed = read(value[key], at);
      if (parsed !== undefined) result[key] = parsed;
    }
    return result;
  };
}

/** Whether a reader refuses an absent value. */
function isStrict(read: Read, at: string): boolean {
  try {
    read(undefined, at);
    return false;
  } catch {
    return true;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function mismatch(path: string, value: unknown, expected: string): ShapeError {
  const found = value === null ? "null" : Array.isArray(value) ? "sequence" : typeof value;
  return new ShapeError(`${path}: invalid type: ${found}, expected ${expected}`);
}

const option = struct({ id: string, label: string, detail_markdown: optional(string) });
const recommendation = struct({ option_id: string, rationale_markdown: optional(string) });

const VARIANTS = {
  decision: struct({
    decision_id: string,
    summary: string,
    context_markdown: optional(string),
    options: list(option),
    recommendation: optional(recommendation),
    timeout_seconds: u32,
  }),
  question: struct({ text: string, timeout_seconds: u32, choices: optional(list(string)) }),
  authorization: struct({ action: string, context: any, timeout_seconds: u32 }),
  notification: struct({
    text: string,
    priority: (value, path) =>
      value === undefined ? "low" : oneOf(["low", "normal", "high", "urgent"])(value, path),
  }),
  response: struct({ answer: nullable(string), response_type: oneOf(RESPONSE_TYPES) }),
  navigate: struct({ url: string }),
} satisfies Record<string, Read>;
