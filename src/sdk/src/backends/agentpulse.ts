import type { AgentPulseOptions } from "@kit/exporter-agentpulse";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Configuration } from "../configuration.js";
import { lazy } from "../lazy-packages.js";
import { readContentCapture, readCostMatch, readPrices } from "../libraries/adapter-config.js";
import { ADAPTERS } from "../libraries/adapters.js";
import { findInstalled } from "../modules/installed.js";
import type { InitOptions } from "../settings/options.js";
import { readAgentName, readServiceName } from "../settings/resource.js";

/** The processor that sends to AgentPulse. Without a key, `undefined`, and nothing is loaded. */
export function createAgentPulse(
  options: InitOptions,
  configuration: Configuration,
): SpanProcessor | undefined {
  const given = readAgentPulse(options, configuration);
  return given && new (lazy.agentpulse().AgentPulseSpanProcessor)(given);
}

/** What the exporter is told; `undefined` without a key. */
export function readAgentPulse(
  options: InitOptions,
  configuration: Configuration,
): AgentPulseOptions | undefined {
  const apiKey = configuration.string({
    option: "apiKey",
    value: options.agentpulse?.apiKey ?? options.apiKey,
    variables: ["AGENTPULSE_API_KEY"],
  });
  return apiKey == null ? undefined : { ...toExporterOptions(options, configuration), ...options.agentpulse };
}

/** Only options that were given: the exporter has its own variables and defaults. */
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

/** Versions of the installed libraries, for AgentPulse's start event. */
function readLibraries(): Readonly<Record<string, string>> {
  const found = ADAPTERS.map(({ modules: [library] }) => [library, findInstalled(library)?.version] as const);
  return Object.fromEntries(found.flatMap(([library, version]) => (version ? [[library, version]] : [])));
}

const DEFAULTS = { flushInterval: 5, maxQueueSize: 10_000, maxBatchSize: 100 } as const;

function sendsContent(options: InitOptions, configuration: Configuration): boolean {
  return readContentCapture(options, configuration).startsWith("SPAN");
}
