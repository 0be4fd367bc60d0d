import { CollectorClient, normalizeServerUrl, RetryConfig } from "@kit/catsyphon";
import type { CatSyphonExporterOptions } from "../options.js";
import { createPost } from "./post.js";

/** How to get a client, and how patient to be with it. */
export interface Connection {
  readonly retry: RetryConfig;
  readonly connect: () => Promise<CollectorClient>;
  /** The client, where it is there before anything was asked of the server. */
  readonly client?: CollectorClient;
}

/**
 * Finds the way to the server: a client, given credentials, the environment, the store, or registration.
 * Undefined when there is none. Repeating is the queue's business, so clients made here try once.
 * @throws TypeError for an address that is none
 */
export function findConnection(
  options: CatSyphonExporterOptions,
  env: Readonly<Record<string, string | undefined>>,
): Connection | undefined {
  const once = { maxRetries: 0 };
  const { client, timeout, timeoutMs, retryConfig } = options;
  const settings = {
    ...(options.fetch ? { fetch: options.fetch } : { post: createPost() }),
    ...(timeout !== undefined && { timeout }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
  const retry = new RetryConfig(retryConfig ?? client?.config.retryConfig);
  if (client) {
    const { serverUrl, collectorId, apiKey, timeout: seconds } = client.config;
    const credentials = { serverUrl, collectorId, apiKey };
    const twin = new CollectorClient({ timeout: seconds, ...settings, ...credentials, retryConfig: once });
    return { retry, connect: async () => twin, client: twin };
  }
  const found = CollectorClient.fromEnv(env, { ...options, ...settings, retryConfig: once });
  if (found) return { retry, connect: async () => found, client: found };
  // As the client reads them, or it would not find again what is stored.
  const read = (name: string) => env[name]?.trim() || undefined;
  const address = options.serverUrl ?? read("CATSYPHON_URL");
  const workspaceId = options.workspaceId ?? read("CATSYPHON_WORKSPACE_ID");
  if (!options.autoRegister || !address || !workspaceId) return undefined;
  // Now, as with credentials, and not when the first event is to be sent.
  const serverUrl = normalizeServerUrl(address);
  const profile = options.profile ?? read("CATSYPHON_PROFILE");
  const configDir = options.configDir ?? read("CATSYPHON_CONFIG_DIR");
  return {
    retry,
    connect: () =>
      CollectorClient.register({
        ...settings,
        serverUrl,
        workspaceId,
        collectorType: "kit-otel",
        retryConfig: once,
        ...(profile && { profile }),
        ...(configDir && { configDir }),
      }),
  };
}
