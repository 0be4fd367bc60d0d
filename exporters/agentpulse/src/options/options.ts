import type { CostMatch, PriceOverrides } from "@kit/genai/core";

/**
 * Where the events go, and what they contain. An option wins over its environment variable, and that over the default. An
 * option of the wrong type throws a `TypeError`, one out of range a `RangeError`; both say what to write instead.
 */
export interface AgentPulseOptions {
  /** `ap_…`, as the server issued it. Without one nothing is sent. `AGENTPULSE_API_KEY`. */
  readonly apiKey?: string;
  /** The agent these events belong to. `AGENTPULSE_AGENT`. @default resource `service.name`, else the host name */
  readonly agentName?: string;
  /** Base URL; plain http only to this machine. `AGENTPULSE_ENDPOINT`. @default "https://api.agentpulse.dev" */
  readonly endpoint?: string;
  /** `false` = nothing is recorded, sent or listened to. `AGENTPULSE_ENABLED`. @default true */
  readonly enabled?: boolean;
  /** Sends prompts, replies, arguments and results that are on the spans. `AGENTPULSE_CAPTURE_MESSAGES`. @default false */
  readonly captureMessages?: boolean;
  /** Longest time an event waits before it is sent, in seconds. @default 5 */
  readonly flushInterval?: number;
  /** Events that may wait; beyond that the oldest is dropped. @default 10000 */
  readonly maxQueueSize?: number;
  /** Events in one request, at most 500; the free plan takes 100. @default 100 */
  readonly maxBatchSize?: number;
  /** Logs what is sent, refused and dropped to standard error. `AGENTPULSE_DEBUG`. @default false */
  readonly debug?: boolean;
  /** `auto` sends gzip until the server turns out not to read it. @default "auto" */
  readonly compression?: "auto" | "gzip" | "none";
  /** The event for a model call: only `cost` counts as spend; `both` uses twice the quota. @default "cost" */
  readonly llmEvents?: "cost" | "llm_call" | "both";
  /** `genai`: only spans with an attribute `gen_ai.*` or `kit.*`. @default "genai" */
  readonly exportSpans?: "genai" | "all";
  /** Sends `span_start` events too. @default false */
  readonly emitSpanStart?: boolean;
  /** Time between heartbeats, in seconds; 0 = none. @default 600 */
  readonly heartbeatInterval?: number;
  /** Allows plain http to other machines, where others can read the key and the events. @default false */
  readonly allowInsecure?: boolean;
  /** Flushes on SIGTERM, SIGINT and SIGHUP before the signal takes effect. @default false */
  readonly flushOnSignals?: boolean;
  /** Own prices by model, in US dollars per 1,000 tokens, for spans that carry no cost. */
  readonly prices?: PriceOverrides;
  /** How model names are looked up; `prefix` also matches names longer than a known one. @default "strict" */
  readonly costMatch?: CostMatch;
  /** Whether to send `sdk_init` when the processor is created; an object is added to its data. @default true */
  readonly initEvent?: boolean | Readonly<Record<string, unknown>>;
}
