import type { AgentPulseOptions } from "@kit/exporter-agentpulse";

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
