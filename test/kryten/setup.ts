import { KrytenClient, type KrytenClientOptions, type KrytenConfigInput } from "@kit/kryten";
import { QuietLogger } from "../support/kryten/quiet-logger.js";

/** A configuration with short waits, for a server of the tests. */
export function config(url: string, extra: Partial<KrytenConfigInput> = {}): KrytenConfigInput {
  return {
    nats: { servers: [url], reconnectTimeWait: 1, connectTimeout: 5 },
    channels: [{ domain: "cytu.be", channel: "lounge" }],
    chatMinDelay: 0,
    chatJitter: 0,
    ...extra,
  };
}

/** A connected client that logs into memory. */
export async function openClient(
  url: string,
  extra: Partial<KrytenConfigInput> = {},
  options: KrytenClientOptions = {},
): Promise<KrytenClient & { log: QuietLogger }> {
  const log = new QuietLogger();
  const client = await KrytenClient.open(config(url, extra), { logger: log, ...options });
  return Object.assign(client, { log });
}
