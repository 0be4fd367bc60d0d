import type { Settings } from "../options/settings.js";
import { VERSION } from "../version.js";

/** How every request of the exporter looks. Holds the key: never logged. */
export interface ServerRequest {
  /** Base address. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function toServerRequest({ endpoint }: Settings, apiKey: string): ServerRequest {
  return {
    url: endpoint,
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${apiKey}`,
      "User-Agent": `kit-agentpulse/${VERSION}`,
    },
  };
}
