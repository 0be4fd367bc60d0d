import { Log } from "./log.js";
import type { AgentPulseOptions } from "./options.js";
import { AgentPulseSpanProcessor } from "./processor.js";
import { resolveSettings } from "./settings.js";

/**
 * A processor when the environment or the options hold a key and do not switch it off; else undefined, without a
 * word. Never throws: a setting that cannot be used is one warning, and nothing is sent.
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
