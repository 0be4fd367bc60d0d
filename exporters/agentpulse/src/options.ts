import type { CostMatch, PriceOverrides } from "@kit/genai/core";

/**
 * Where the events go, and what they hold. An option wins over its environment variable, that over the default.
 * An option of a wrong type is a `TypeError`, one out of range a `RangeError`; both name it and what to write.
 */
export interface AgentPulseOptions {
  /** `ap_…`, as the server issued it. Without one nothing is sent. `AGENTPULSE_API_KEY`. */
  readonly apiKey?: string;
  /** Whose events these are. `AGENTPULSE_AGENT`. @default resource `service.name`, else the host name */
  readonly agentName?: string;
  /** Base address; plain http only to this machine. `AGENTPULSE_ENDPOINT`. @default "https://api.agentpulse.dev" */
  readonly endpoint?: string;
  /** `false` = nothing is recorded, sent or listened to. `AGENTPULSE_ENABLED`. @default true */
  readonly enabled?: boolean;
  /** Sends prompts, replies, arguments and results that are on the spans. `AGENTPULSE_CAPTURE_MESSAGES`. @default false */
  readonly captureMessages?: boolean;
  /** Longest wait of an event before it is sent, in seconds. @default 5 */
  readonly flushInterval?: number;
  /** Events that may wait; beyond it the oldest is dropped. @default 10000 */
  readonly maxQueueSize?: number;
  /** Events in one request, at most 500; the free plan takes 100. @default 100 */
  readonly maxBatchSize?: number;
  /** Says on standard error what is sent, refused and dropped. `AGENTPULSE_DEBUG`. @default false */
  readonly debug?: boolean;
  /** `auto` sends gzip until the server shows that it cannot read it. @default "auto" */
  readonly compression?: "auto" | "gzip" | "none";
  /** Event for a model call: only `cost` counts as spend; `both` costs twice the quota. @default "cost" */
  readonly llmEvents?: "cost" | "llm_call" | "both";
  /** `genai` = spans with an attribute `gen_ai.*` or `kit.*`. @default "genai" */
  readonly exportSpans?: "genai" | "all";
  /** Sends `span_start` events too. @default false */
  readonly emitSpanStart?: boolean;
  /** Time between signs of life, in seconds; 0 = none. @default 600 */
  readonly heartbeatInterval?: number;
  /** Allows plain http to other machines: key and events can then be read on the way. @default false */
  readonly allowInsecure?: boolean;
  /** Flushes on SIGTERM, SIGINT and SIGHUP, and then lets the signal do what it does. @default false */
  readonly flushOnSignals?: boolean;
  /** Own prices by model, in US dollars per 1,000 tokens, for spans that carry no cost. */
  readonly prices?: PriceOverrides;
  /** How model names are looked up among prices; `prefix` also takes a longer name for a known one. @default "strict" */
  readonly costMatch?: CostMatch;
  /** Event `sdk_init` when the processor is made; an object is added to its data. @default true */
  readonly initEvent?: boolean | Readonly<Record<string, unknown>>;
}
