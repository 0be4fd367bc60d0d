import { randomUUID } from "node:crypto";
import type { CollectorClient } from "@kit/catsyphon";
import { lazy } from "../lazy-packages.js";
import { type Destination, reasonOf, sendBy } from "./destination.js";
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
          // Not enumerable, so that nobody logs it: the spread leaves it out.
          apiKey: client.config.apiKey,
          retryConfig: { maxRetries: 0 },
        });
        // An id that nobody has: they are unique across the server, and somebody else's would be refused.
        await once.getSessionStatus(`kit-telemetry-${randomUUID()}`, { signal });
        return { ok: true, says: "accepts the credentials" };
      } catch (error) {
        return { ok: false, says: judge(error) };
      }
    },
    send: (span) => {
      const { CatSyphonSpanExporter } = lazy.catsyphon();
      return sendBy(new CatSyphonSpanExporter({ client, queueMode: "sync" }), span);
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
