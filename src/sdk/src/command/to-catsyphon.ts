import { randomUUID } from "node:crypto";
import type { CollectorClient } from "@kit/catsyphon";
import { lazy } from "../lazy-packages.js";
import { type Answer, type Destination, reasonOf } from "./destination.js";
import { withoutSecrets } from "./setting-list.js";

/** CatSyphon, asked for a session that it does not have. */
export function toCatSyphon(client: CollectorClient): Destination {
  return {
    name: "CatSyphon",
    address: withoutSecrets(client.config.serverUrl),
    ask: async (signal) => {
      try {
        const once = new (lazy.catsyphonClient().CollectorClient)({
          ...client.config,
          // Not among what spreads: it is hidden, so that nobody logs it.
          apiKey: client.config.apiKey,
          retryConfig: { maxRetries: 0 },
        });
        // One that nobody has: ids count for the whole server, and that of somebody else would be a refusal.
        await once.getSessionStatus(`kit-telemetry-${randomUUID()}`, { signal });
        return { ok: true, says: "accepts the credentials" };
      } catch (error) {
        return { ok: false, says: judge(error) };
      }
    },
    send: async (span): Promise<Answer> => {
      const exporter = new (lazy.catsyphon().CatSyphonSpanExporter)({ client, queueMode: "sync" });
      await new Promise<void>((resolve) => exporter.export([span], () => resolve()));
      await exporter.shutdown();
      return exporter.droppedEvents === 0
        ? { ok: true, says: "accepted it" }
        : { ok: false, says: "did not accept it" };
    },
  };
}

function judge(error: unknown): string {
  const { AuthenticationError, CatSyphonError } = lazy.catsyphonClient();
  const status = error instanceof CatSyphonError ? error.statusCode : undefined;
  if (error instanceof AuthenticationError) {
    return `refuses the credentials (HTTP ${status}). Check CATSYPHON_COLLECTOR_ID and CATSYPHON_API_KEY.`;
  }
  if (status === undefined) return `cannot be reached (${reasonOf(error)}). Check CATSYPHON_URL.`;
  if (status >= 500 || status === 429) return `accepts nothing now (HTTP ${status}).`;
  return `does not answer as CatSyphon does (HTTP ${status}). Check CATSYPHON_URL.`;
}
