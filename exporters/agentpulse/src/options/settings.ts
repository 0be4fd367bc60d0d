import { hostname } from "node:os";
import type { CostMatch, PriceOverrides } from "@kit/genai/core";
import { readBoolean, readChoice, readNumber, readTextOption } from "./option-values.js";
import type { AgentPulseOptions } from "./options.js";
import { readApiKey, readEndpoint } from "./server-address.js";

/** Options, environment and defaults as one. Holds the key: never logged. */
export interface Settings {
  readonly enabled: boolean;
  readonly endpoint: string;
  readonly apiKey: string | undefined;
  /** As it was configured. */
  readonly agentName: string | undefined;
  readonly hostName: string;
  readonly captureMessages: boolean;
  readonly flushIntervalMs: number;
  readonly maxQueueSize: number;
  readonly maxBatchSize: number;
  readonly debug: boolean;
  readonly compression: "auto" | "gzip" | "none";
  readonly llmEvents: "cost" | "llm_call" | "both";
  readonly exportSpans: "genai" | "all";
  readonly emitSpanStart: boolean;
  readonly heartbeatMs: number;
  readonly flushOnSignals: boolean;
  readonly prices: PriceOverrides;
  readonly costMatch: CostMatch;
  readonly initEvent: boolean | Readonly<Record<string, unknown>>;
  /** What the user should know, one line each. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_ENDPOINT = "https://api.agentpulse.dev";
const LONGEST_SECONDS = 86_400 * 7;

/**
 * What an exporter with these options would do, and what it would warn of; nothing is sent. Holds the key.
 * @throws TypeError or RangeError naming the option or variable that cannot be used. Never repeats a key.
 */
export function resolveSettings(options: AgentPulseOptions, env: Environment): Settings {
  const sdkDisabled = env.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true";
  const enabled = readBoolean("enabled", options.enabled, env.AGENTPULSE_ENABLED, true) && !sdkDisabled;
  const allowInsecure = readBoolean("allowInsecure", options.allowInsecure, undefined, false);
  const endpoint = readEndpoint(options.endpoint, env.AGENTPULSE_ENDPOINT, DEFAULT_ENDPOINT);
  const access = readApiKey(options.apiKey, env.AGENTPULSE_API_KEY, endpoint, allowInsecure);
  const seconds = { min: 0, max: LONGEST_SECONDS, unit: "seconds" };
  return {
    enabled,
    endpoint,
    apiKey: access.apiKey,
    warnings: enabled ? access.warnings : [],
    agentName: readTextOption("agentName", options.agentName, env.AGENTPULSE_AGENT),
    hostName: hostname(),
    captureMessages: readBoolean(
      "captureMessages",
      options.captureMessages,
      env.AGENTPULSE_CAPTURE_MESSAGES,
      false,
    ),
    flushIntervalMs:
      readNumber("flushInterval", options.flushInterval, 5, { ...seconds, above: true }) * 1000,
    maxQueueSize: readNumber("maxQueueSize", options.maxQueueSize, 10_000, { min: 1, max: 1e7, whole: true }),
    maxBatchSize: readNumber("maxBatchSize", options.maxBatchSize, 100, { min: 1, max: 500, whole: true }),
    debug: readBoolean("debug", options.debug, env.AGENTPULSE_DEBUG, false),
    compression: readChoice("compression", options.compression, ["auto", "gzip", "none"]),
    llmEvents: readChoice("llmEvents", options.llmEvents, ["cost", "llm_call", "both"]),
    exportSpans: readChoice("exportSpans", options.exportSpans, ["genai", "all"]),
    emitSpanStart: readBoolean("emitSpanStart", options.emitSpanStart, undefined, false),
    heartbeatMs: readNumber("heartbeatInterval", options.heartbeatInterval, 600, seconds) * 1000,
    flushOnSignals: readBoolean("flushOnSignals", options.flushOnSignals, undefined, false),
    prices: options.prices ?? {},
    costMatch: readChoice("costMatch", options.costMatch, ["strict", "prefix"]),
    initEvent: options.initEvent ?? true,
  };
}
