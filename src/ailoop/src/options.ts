import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import { invalid } from "./errors.js";
import { checkChannel, checkPlainObject, checkText } from "./model/checks.js";
import type { DecisionOption } from "./model/content.js";
import { deriveUrls, type ServerUrls } from "./urls.js";

/** How a message travels: `http` stores and shows it, `websocket` also queues it for the server's terminal. */
export type PromptTransport = "http" | "websocket";

/** Options of a client. All durations are seconds. */
export interface AiloopClientOptions<WaitByDefault extends boolean = false> {
  /** Channel of calls that name none. @default "public" */
  channel?: string | undefined;
  /** Longest time for an HTTP reply, for a socket to open and for an echo to come; 0 = no limit. @default 30 */
  timeout?: number | undefined;
  /** Attempts to reconnect before giving up; 0 = none. @default 5 */
  reconnectAttempts?: number | undefined;
  /** Delay before the first attempt; it doubles with each further one. @default 1 */
  reconnectDelay?: number | undefined;
  /** Longest delay between attempts. @default 30 */
  reconnectMaxDelay?: number | undefined;
  /** Share of the delay, 0 to 1, that chance may take off, so that many clients do not come back at once. @default 0 */
  reconnectJitter?: number | undefined;
  /** Socket URL; needed for servers up to 0.1.40, whose socket has a port of its own. @default from the server URL */
  wsUrl?: string | undefined;
  /** Sent as `Authorization: Bearer …`, over HTTP and when a socket opens. */
  token?: string | undefined;
  /** Further headers, over HTTP and when a socket opens. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** `websocket` when the person sits at the server's terminal or on Telegram. @default "http" */
  promptTransport?: PromptTransport | undefined;
  /** `ask`, `authorize` and `navigate` resolve to the answer, not to the sent message. @default false */
  waitForResponses?: WaitByDefault | undefined;
  /** How `ask` is written: `question` for servers up to 1.0.0, `auto` finds out. @default "auto" */
  dialect?: "auto" | "decision" | "question" | undefined;
  /** Two or more options that `ask` offers when it is given no choices, for servers that cannot show free text. */
  freeTextOptions?: readonly (string | DecisionOption)[] | undefined;
  /** Prompts subscribe their channel before they are sent, when the socket is up. @default true */
  autoSubscribe?: boolean | undefined;
  /** `deliver`: what the server replays on connecting reaches the handlers too. @default "skip" */
  history?: "skip" | "deliver" | undefined;
  /** Messages that may wait for slow handlers; beyond it the oldest is dropped and counted. @default 100000 */
  maxQueuedMessages?: number | undefined;
  /** Time between pings; a socket without a pong for 10 s is replaced; 0 = no pings. @default 30 */
  keepAliveInterval?: number | undefined;
  /** `connect()` throws on a server of another protocol version. @default false */
  strictVersion?: boolean | undefined;
  /** Questions and answers as span attributes. @default `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, else false */
  captureContent?: boolean | undefined;
  /** Applied to questions and answers before they are recorded. */
  redact?: ((text: string) => string) | undefined;
  /** Trace context in message metadata and HTTP headers. @default true */
  propagateTrace?: boolean | undefined;
  /** @default the global one */
  tracerProvider?: TracerProvider | undefined;
  /** @default the global one */
  meterProvider?: MeterProvider | undefined;
}

/** Options after defaults and checks; durations in milliseconds. */
export interface Settings {
  readonly urls: ServerUrls;
  readonly channel: string;
  readonly timeoutMs: number;
  readonly reconnect: {
    readonly attempts: number;
    readonly delayMs: number;
    readonly maxDelayMs: number;
    readonly jitter: number;
  };
  readonly headers: Readonly<Record<string, string>>;
  readonly promptTransport: PromptTransport;
  readonly waitForResponses: boolean;
  readonly dialect: "auto" | "decision" | "question";
  readonly freeTextOptions: readonly DecisionOption[];
  readonly autoSubscribe: boolean;
  readonly history: "skip" | "deliver";
  readonly maxQueuedMessages: number;
  readonly keepAliveMs: number;
  readonly strictVersion: boolean;
  readonly captureContent: boolean;
  readonly redact: ((text: string) => string) | undefined;
  readonly propagateTrace: boolean;
  readonly tracerProvider: TracerProvider | undefined;
  readonly meterProvider: MeterProvider | undefined;
}

export function readSettings(serverUrl: string, options: AiloopClientOptions<boolean>): Settings {
  checkPlainObject(options, "options");
  return {
    urls: deriveUrls(serverUrl, options.wsUrl),
    channel: checkChannel(options.channel ?? "public"),
    timeoutMs: number(options.timeout, 30, "timeout") * 1000,
    reconnect: {
      attempts: count(options.reconnectAttempts, 5, "reconnectAttempts"),
      delayMs: number(options.reconnectDelay, 1, "reconnectDelay") * 1000,
      maxDelayMs: number(options.reconnectMaxDelay, 30, "reconnectMaxDelay") * 1000,
      jitter: fraction(options.reconnectJitter, 0, "reconnectJitter"),
    },
    headers: readHeaders(options),
    promptTransport: checkTransport(options.promptTransport ?? "http", "promptTransport"),
    waitForResponses: flag(options.waitForResponses, false, "waitForResponses"),
    dialect: oneOf(options.dialect ?? "auto", ["auto", "decision", "question"], "dialect"),
    freeTextOptions: readFreeTextOptions(options.freeTextOptions),
    autoSubscribe: flag(options.autoSubscribe, true, "autoSubscribe"),
    history: oneOf(options.history ?? "skip", ["skip", "deliver"], "history"),
    maxQueuedMessages: atLeastOne(options.maxQueuedMessages, 100_000, "maxQueuedMessages"),
    keepAliveMs: number(options.keepAliveInterval, 30, "keepAliveInterval") * 1000,
    strictVersion: flag(options.strictVersion, false, "strictVersion"),
    captureContent: flag(options.captureContent, wantsContent(), "captureContent"),
    redact: readRedact(options.redact),
    propagateTrace: flag(options.propagateTrace, true, "propagateTrace"),
    tracerProvider: options.tracerProvider,
    meterProvider: options.meterProvider,
  };
}

export function checkTransport(value: unknown, field: string): PromptTransport {
  return oneOf(value, ["http", "websocket"], field);
}

function readHeaders({ token, headers = {} }: AiloopClientOptions<boolean>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(checkPlainObject(headers, "headers"))) {
    checkHeader(name, value);
    result[name.toLowerCase()] = value; // two spellings of one name would be sent as a list
  }
  if (token === undefined) return result;
  // What an HTTP header cannot carry, the HTTP client would repeat in its error.
  if (/[^\x20-\x7e]/.test(checkText(token, "token"))) throw invalid("token", "must be printable ASCII");
  return { ...result, authorization: `Bearer ${token}` };
}

/** What HTTP cannot carry is found here: the error of the HTTP client would repeat the value, which may be a key. */
function checkHeader(name: string, value: unknown): asserts value is string {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw invalid("headers", "must have names that HTTP allows");
  if (typeof value !== "string") throw invalid(`headers.${name}`, "must be a string");
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw invalid(`headers.${name}`, "must hold no control characters and nothing beyond Latin-1");
  }
}

/** The switch of the GenAI conventions: content on spans, or not. */
function wantsContent(): boolean {
  const value = process.env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT ?? "";
  return ["true", "1", "span_only", "span_and_event"].includes(value.trim().toLowerCase());
}

function readRedact(redact: AiloopClientOptions["redact"]): Settings["redact"] {
  if (redact != null && typeof redact !== "function") throw invalid("redact", "must be a function");
  return redact ?? undefined;
}

function readFreeTextOptions(options: AiloopClientOptions["freeTextOptions"]): DecisionOption[] {
  if (options === undefined) return [];
  if (!Array.isArray(options) || options.length < 2) {
    throw invalid("freeTextOptions", "must hold two options or more");
  }
  return options.map((option) => (typeof option === "string" ? { id: option, label: option } : option));
}

function number(value: number | undefined, fallback: number, field: string): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw invalid(field, "must be a finite number, 0 or more");
  }
  return value;
}

function count(value: number | undefined, fallback: number, field: string): number {
  const result = number(value, fallback, field);
  if (!Number.isInteger(result)) throw invalid(field, "must be a whole number");
  return result;
}

function atLeastOne(value: number | undefined, fallback: number, field: string): number {
  const result = count(value, fallback, field);
  if (result < 1) throw invalid(field, "must be 1 or more");
  return result;
}

function fraction(value: number | undefined, fallback: number, field: string): number {
  const result = number(value, fallback, field);
  if (result > 1) throw invalid(field, "must be between 0 and 1");
  return result;
}

function flag(value: boolean | undefined, fallback: boolean, field: string): boolean {
  if (value !== undefined && typeof value !== "boolean") throw invalid(field, "must be true or false");
  return value ?? fallback;
}

function oneOf<Value extends string>(value: unknown, allowed: readonly Value[], field: string): Value {
  if (!allowed.includes(value as Value)) throw invalid(field, `must be one of ${allowed.join(", ")}`);
  return value as Value;
}
