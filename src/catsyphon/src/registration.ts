import { hostname as readHostname } from "node:os";
import { checkText, requireText } from "./arguments.js";
import { type CatSyphonError, NonRetryableError } from "./errors.js";
import { CollectorHttp, type HttpOptions } from "./http.js";
import { readObject } from "./responses.js";
import { sanitizeText } from "./sanitize.js";
import { VERSION } from "./version.js";

export interface RegistrationRequest {
  readonly workspaceId: string;
  /** At most 50 characters. @default "sdk" */
  readonly collectorType?: string;
  /** @default the version of this package */
  readonly collectorVersion?: string;
  /** @default os.hostname() */
  readonly hostname?: string;
  /** Stored with the collector. */
  readonly metadata?: Record<string, unknown>;
}

export interface Registration {
  readonly collectorId: string;
  readonly apiKey: string;
  readonly apiKeyPrefix: string;
}

/** Asks the server for a new collector. Every success makes another one, so a lost answer is not repeated. */
export async function registerCollector(
  request: RegistrationRequest & { readonly signal?: AbortSignal | undefined },
  http: Omit<HttpOptions, "headers">,
): Promise<Registration> {
  requireText("workspaceId", request.workspaceId);
  checkText("collectorType", request.collectorType);
  checkText("collectorVersion", request.collectorVersion);
  checkText("hostname", request.hostname);
  const type = sanitizeText((request.collectorType ?? "sdk").slice(0, 50));
  // The server keeps "type@hostname" in a column of 255 characters.
  const host = sanitizeText((request.hostname ?? readHostname()).slice(0, 254 - type.length));
  const body = {
    collector_type: type,
    collector_version: request.collectorVersion ?? VERSION,
    hostname: host,
    workspace_id: request.workspaceId,
    ...(request.metadata === undefined ? {} : { metadata: request.metadata }),
  };
  const sender = new CollectorHttp({ ...http, headers: {}, mayRetry: nothingHappened });
  const answer = readObject(
    await sender.request({ method: "POST", path: "/collectors", body, signal: request.signal }),
  );
  const { collector_id: collectorId, api_key: apiKey, api_key_prefix: prefix } = answer;
  if (typeof collectorId !== "string" || typeof apiKey !== "string") {
    throw new NonRetryableError("the server's answer holds no credential; is serverUrl the API's address?");
  }
  return { collectorId, apiKey, apiKeyPrefix: typeof prefix === "string" ? prefix : apiKey.slice(0, 12) };
}

function nothingHappened(error: CatSyphonError): boolean {
  if (error.statusCode !== undefined) return error.statusCode === 429 || error.statusCode === 503;
  const fetchError = error.cause as { cause?: { code?: unknown } } | undefined;
  return fetchError?.cause?.code === "ECONNREFUSED";
}
