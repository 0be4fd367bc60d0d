import type { AgentPulseOptions } from "@kit/exporter-agentpulse";

/** The options of AgentPulse's SDK v2 that concern AgentPulse itself. */
export interface AgentPulseInitOptions {
  /** AgentPulse's API key, `ap_…`. Without one nothing is sent there. `AGENTPULSE_API_KEY`. */
  readonly apiKey?: string;
  /**
   * Name of the agent in AgentPulse, and of the service if it has no other. `AGENTPULSE_AGENT`.
   * @default the service's name, else the host's
   */
  readonly agentName?: string;
  /** Base URL of AgentPulse (for a collector, see `otlp`). `AGENTPULSE_ENDPOINT`. @default "https://api.agentpulse.dev" */
  readonly endpoint?: string;
  /** Longest time an event waits before it is sent to AgentPulse, in seconds. @default 5 */
  readonly flushInterval?: number;
  /** Events that may wait for AgentPulse; beyond that the oldest is dropped. @default 10000 */
  readonly maxQueueSize?: number;
  /** Events in one request to AgentPulse, whose free plan takes 100. @default 100 */
  readonly maxBatchSize?: number;
  /** Logs what is patched, sent and dropped, as `[agentpulse] …` on standard error. `AGENTPULSE_DEBUG`. @default false */
  readonly debug?: boolean;
  /** Any other option of the exporter, such as `exportSpans`. Wins over the options above. */
  readonly agentpulse?: AgentPulseOptions;
}
