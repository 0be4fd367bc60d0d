import { CollectorClient, type CollectorClientOptions } from "@kit/catsyphon";
import { afterEach } from "vitest";
import { FakeCatSyphon } from "../support/catsyphon/server.js";

const servers: FakeCatSyphon[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** A fake server that ends with the test. */
export async function startServer(prefix?: string): Promise<FakeCatSyphon> {
  const server = await FakeCatSyphon.start(prefix);
  servers.push(server);
  return server;
}

/** Retries without waiting, so that no test sleeps. */
export const impatient = { initialDelay: 0.001, maxDelay: 0.002 };

/** A client of a collector the server knows. */
export function clientOf(
  server: FakeCatSyphon,
  options: Partial<CollectorClientOptions> = {},
): CollectorClient {
  return new CollectorClient({
    serverUrl: server.url,
    ...server.addCollector(),
    retryConfig: impatient,
    ...options,
  });
}
