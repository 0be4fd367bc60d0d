import { createRequire } from "node:module";
import type { AgentPulseOptions } from "@kit/exporter-agentpulse";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { readContentCapture, readCostMatch, readPrices } from "./adapter-config.js";
import { ADAPTERS } from "./adapters.js";
import type { Configuration } from "./configuration.js";
import { findInstalled } from "./modules/installed.js";
import type { InitOptions } from "./options.js";
import { readAgentName, readServiceName } from "./resource.js";

/** What AgentPulse's SDK v2 can be told of AgentPulse itself. */
export interface AgentPulseInitOptions {
  /** Key of AgentPulse, `ap_…`. Without one nothing is sent there. `AGENTPULSE_API_KEY`. */
  readonly apiKey?: string;
  /**
   * Name of the agent in AgentPulse, and of the service where that has no other. `AGENTPULSE_AGENT`.
   * @default the service's name if it has one, else the host's
   */
  readonly agentName?: string;
  /** Base URL of AgentPulse; of a collector, see `otlp`. `AGENTPULSE_ENDPOINT`. @default "https://api.agentpulse.dev" */
  readonly endpoint?: string;
  /** Longest time an event waits before it is sent to AgentPulse, in seconds. @default 5 */
  readonly flushInterval?: number;
  /** Events held for AgentPulse; beyond it the oldest is dropped. @default 10000 */
  readonly maxQueueSize?: number;
  /** Events in one request to AgentPulse, whose free plan takes 100. @default 100 */
  readonly maxBatchSize?: number;
  /** Tells in lines of `[agentpulse]` on standard error what is patched, sent and dropped. `AGENTPULSE_DEBUG`. @default false */
  readonly debug?: boolean;
  /** All else that the exporter takes, such as `exportSpans`. Wins over the options above. */
  readonly agentpulse?: AgentPulseOptions;
}

/** The processor that sends to AgentPulse; `undefined`, and nothing loaded, without a key. */
export function createAgentPulse(
  options: InitOptions,
  configuration: Configuration,
): SpanProcessor | undefined {
  const apiKey = configuration.string({
    option: "apiKey",
    value: options.agentpulse?.apiKey ?? options.apiKey,
    variables: ["AGENTPULSE_API_KEY"],
  });
  if (apiKey == null) return undefined;
  const { AgentPulseSpanProcessor }: typeof import("@kit/exporter-agentpulse") = createRequire(
    import.meta.url,
  )("@kit/exporter-agentpulse");
  return new AgentPulseSpanProcessor({ ...toExporterOptions(options, configuration), ...options.agentpulse });
}

/** Only what was given: the exporter has variables and defaults of its own. */
function toExporterOptions(options: InitOptions, configuration: Configuration): AgentPulseOptions {
  const number = (
    option: "flushInterval" | "maxQueueSize" | "maxBatchSize",
    limits: { min: number; integer?: true },
  ) => {
    const place = { option, value: options[option] };
    return configuration.given(place) == null
      ? undefined
      : configuration.number(place, DEFAULTS[option], limits);
  };
  const given = {
    enabled: true,
    apiKey: options.apiKey,
    agentName: readAgentName(options, configuration) ?? readServiceName(options, configuration),
    endpoint: options.endpoint,
    flushInterval: number("flushInterval", { min: Number.MIN_VALUE }),
    maxQueueSize: number("maxQueueSize", { min: 1, integer: true }),
    maxBatchSize: number("maxBatchSize", { min: 1, integer: true }),
    debug: options.debug,
    prices: readPrices(options),
    costMatch: readCostMatch(options, configuration),
    captureMessages: options.captureMessages == null ? undefined : sendsContent(options, configuration),
    initEvent: options.captureMetadata === false ? false : { libraries: readLibraries() },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Versions of the libraries that the application could use, which tell most about where its calls come from. */
function readLibraries(): Readonly<Record<string, string>> {
  const found = ADAPTERS.map(({ modules: [library] }) => [library, findInstalled(library)?.version] as const);
  return Object.fromEntries(found.flatMap(([library, version]) => (version ? [[library, version]] : [])));
}

const DEFAULTS = { flushInterval: 5, maxQueueSize: 10_000, maxBatchSize: 100 } as const;

function sendsContent(options: InitOptions, configuration: Configuration): boolean {
  return readContentCapture(options, configuration).startsWith("SPAN");
}
