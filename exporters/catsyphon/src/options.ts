import type { ClientOptions, CollectorClient, CredentialSources } from "@kit/catsyphon";
import { diag, type MeterProvider } from "@opentelemetry/api";
import type { ReadableSpan } from "./readable-span.js";

/** Where the conversations go, and how they read. Credentials that are not given come from the environment. */
export interface CatSyphonExporterOptions extends CredentialSources, Omit<ClientOptions, "batchSize"> {
  /** A client to take address, credentials and retry policy from. */
  readonly client?: CollectorClient;
  /** Registers a collector when there is no credential yet, and stores it. @default false */
  readonly autoRegister?: boolean;
  /** Names the session a span belongs to; `undefined` leaves the choice to the conventions. Used as it is. */
  readonly sessionId?: (span: ReadableSpan) => string | undefined;
  /** Put before ids that come from `gen_ai.session.id` or `session.id`: session ids are unique on the whole server. @default `<service.name>:` */
  readonly sessionIdPrefix?: string;
  /** Agent of sessions without an agent span that has a name. @default `service.name` */
  readonly agentType?: string;
  /** @default resource `process.working_directory`, else the process' own */
  readonly workingDirectory?: string;
  /** @default resource `vcs.ref.head.name`, else of the CI, else of the repository */
  readonly gitBranch?: string;
  /** Title of the session. @default `<agent>-<last six characters of the session id>` */
  readonly slug?: (sessionId: string, agentType: string) => string;
  /** When a session that has its id from the application ends: without spans for a while, with each trace, at shutdown only, never. @default "idle" */
  readonly endConversation?: "idle" | "turn" | "shutdown" | "never";
  /** Time without spans after which a session ends. @default 1800000 (30 min) */
  readonly idleTimeoutMs?: number;
  /** An agent called by an agent becomes a session of its own, or stays in its caller's. @default "session" */
  readonly subAgents?: "session" | "inline";
  /** Reasoning as a block of the reply, as an event before it, or not at all. @default "inline" */
  readonly thinking?: "inline" | "event" | "off";
  /** `false` drops prompts, replies, arguments and results for this destination. @default true */
  readonly includeContent?: boolean;
  /** Stands for a reply whose content was not captured. @default "[content not captured]" */
  readonly placeholder?: string;
  /** Longer texts are cut. @default 100000 characters */
  readonly maxContentChars?: number;
  /** Longest time a span waits for its ancestors to end, without `CatSyphonSpanProcessor`, in seconds. @default 300 */
  readonly maxHold?: number;
  /** The same in milliseconds; wins. */
  readonly maxHoldMs?: number;
  /** Most spans that wait so. @default 2000 */
  readonly maxHeldSpans?: number;
  /** Whether `export()` waits for the server. @default "background" */
  readonly queueMode?: "background" | "sync";
  /** Events that may wait; beyond it the oldest is dropped. @default 10000 */
  readonly maxQueueSize?: number;
  /** Longest wait of an event before it is sent. @default 1000 */
  readonly flushIntervalMs?: number;
  /** Time for `forceFlush` and `shutdown`. @default 30000 */
  readonly flushTimeoutMs?: number;
  /** Where delivered and dropped events are counted. @default the global provider */
  readonly meterProvider?: MeterProvider;
}

/** What the translation needs to know. */
export function resolveSettings(options: CatSyphonExporterOptions) {
  const settings = {
    sessionId: options.sessionId,
    sessionIdPrefix: options.sessionIdPrefix,
    agentType: options.agentType,
    workingDirectory: options.workingDirectory,
    gitBranch: options.gitBranch,
    slug: options.slug,
    endConversation: options.endConversation ?? "idle",
    idleTimeoutMs: options.idleTimeoutMs ?? 1_800_000,
    subAgents: options.subAgents ?? "session",
    thinking: options.thinking ?? "inline",
    includeContent: options.includeContent ?? true,
    placeholder: options.placeholder ?? "[content not captured]",
    maxContentChars: options.maxContentChars ?? 100_000,
    maxHoldMs: options.maxHoldMs ?? (options.maxHold ?? 300) * 1000,
    maxHeldSpans: options.maxHeldSpans ?? 2_000,
  } as const;
  for (const name of ["idleTimeoutMs", "maxContentChars", "maxHoldMs", "maxHeldSpans"] as const) {
    if (!(settings[name] >= 0)) throw new RangeError(`${name} must not be negative`);
  }
  return settings;
}

export type Settings = ReturnType<typeof resolveSettings>;

/** Asks a function of the application, whose failure leaves the choice to us. */
export function ask(option: string, question: () => string | undefined): string | undefined {
  try {
    return question();
  } catch (error) {
    diag.warn(`CatSyphon exporter: option ${option} failed`, error);
    return undefined;
  }
}
