import { Log } from "./log.js";
import type { AgentPulseOptions } from "./options/options.js";
import { resolveSettings } from "./options/settings.js";
import { AgentPulseSpanProcessor } from "./processor.js";

/**
 * Creates a processor if the environment or the options hold a key and do not disable it; else returns `undefined` silently.
 * Never throws: an invalid setting is one warning, and nothing is sent.
 */
export function createAgentPulseProcessorFromEnv(
  options: AgentPulseOptions = {},
): AgentPulseSpanProcessor | undefined {
  try {
    if (!options.apiKey?.trim() && !process.env.AGENTPULSE_API_KEY?.trim()) return undefined;
    if (!resolveSettings(options, process.env).enabled) return undefined;
    return new AgentPulseSpanProcessor(options);
  } catch (error) {
    new Log(false).warn(`not started: ${(error as Error).message}`);
    return undefined;
  }
}
