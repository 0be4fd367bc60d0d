import type { AgentPulseOptions } from "@kit/exporter-agentpulse";
import { lazy } from "../lazy-packages.js";
import { type Answer, type Destination, reasonOf, sendBy } from "./destination.js";

/** Matches no event, so nothing is read; the status tells whether the server knows the key. */
const QUESTION = "/v1/events?limit=1&since=9999999999";

/** AgentPulse, as the exporter with these options would reach it. @throws what the exporter would throw */
export function toAgentPulse(options: AgentPulseOptions): Destination {
  const { AgentPulseSpanExporter, resolveSettings } = lazy.agentpulse();
  const { endpoint, apiKey, warnings } = resolveSettings(options, process.env);
  return {
    name: "AgentPulse",
    address: endpoint,
    ask: async (signal) =>
      apiKey === undefined ? { ok: false, says: `${warnings.join("; ")}.` } : ask(endpoint, apiKey, signal),
    send: (span) => sendBy(new AgentPulseSpanExporter({ ...options, heartbeatInterval: 0 }), span),
  };
}

async function ask(endpoint: string, apiKey: string, signal: AbortSignal): Promise<Answer> {
  const bad = (says: string): Answer => ({ ok: false, says });
  try {
    const headers = { Authorization: `Bearer ${apiKey}` };
    const { status, ok } = await fetch(endpoint + QUESTION, { headers, signal, redirect: "manual" });
    if (ok) return { ok, says: "accepts the key" };
    if (status === 401 || status === 403) {
      return bad(`refuses the key (HTTP ${status}). Check AGENTPULSE_API_KEY.`);
    }
    if (status >= 500 || status === 429) return bad(`accepts nothing now (HTTP ${status}).`);
    return bad(`does not answer as AgentPulse does (HTTP ${status}). Check AGENTPULSE_ENDPOINT.`);
  } catch (error) {
    return bad(`cannot be reached (${reasonOf(error)}). Check AGENTPULSE_ENDPOINT.`);
  }
}
