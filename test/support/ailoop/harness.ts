import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import {
  AiloopClient,
  type AiloopClientOptions,
  type ConnectionEvent,
} from "../../../src/ailoop/src/index.js";
import { FakeAiloop, type FakeOptions, type WireMessage } from "./src/index.js";

/** A fake server that is gone when the test is. */
export async function startFake(options?: FakeOptions): Promise<FakeAiloop> {
  const fake = await FakeAiloop.start(options);
  onTestFinished(() => fake.stop());
  return fake;
}

/** A client of the fake that is closed when the test is over. */
export function createClient<WaitByDefault extends boolean = false>(
  fake: { readonly url: string },
  options?: AiloopClientOptions<WaitByDefault>,
): AiloopClient<WaitByDefault> {
  const client = new AiloopClient<WaitByDefault>(fake.url, options);
  onTestFinished(() => client.close());
  return client;
}

/** Both, for tests that need nothing special. */
export async function startPair(
  options?: AiloopClientOptions,
): Promise<{ fake: FakeAiloop; client: AiloopClient }> {
  const fake = await startFake();
  return { fake, client: createClient(fake, options) };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits for real I/O without touching timers, so that it works under fake ones too. */
export async function until(condition: () => boolean, what = "the condition"): Promise<void> {
  const end = process.hrtime.bigint() + 60_000_000_000n;
  while (!condition()) {
    if (process.hrtime.bigint() > end) throw new Error(`${what} did not come true within a minute`);
    await nextTurn();
  }
}

/**
 * Gives what should not happen its time: some turns, and some milliseconds for what the loopback still carries.
 * What should happen is waited for with {@link until}.
 */
export async function settle(): Promise<void> {
  const end = process.hrtime.bigint() + 20_000_000n;
  for (let turn = 0; turn < 30 || process.hrtime.bigint() < end; turn += 1) await nextTurn();
}

/** Leaves requests to a path unanswered until the returned function is called. */
export function holdRequests(fake: FakeAiloop, path: string): () => void {
  let release = () => {};
  const held = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  fake.override = (_method, requested) => (requested.includes(path) ? held : undefined);
  return release;
}

/** Waits for a request to a path. */
export function asked(fake: FakeAiloop, part: string): Promise<void> {
  return until(() => fake.requests.some(({ path }) => path.includes(part)), `a request to ${part}`);
}

/** All that happens to a client's socket, as it happens. */
export function recordEvents(client: AiloopClient<boolean>): ConnectionEvent[] {
  const events: ConnectionEvent[] = [];
  client.addConnectionHandler((event) => events.push(event));
  return events;
}

/** A notification as the server relays it. */
export function notification(text: string, channel = "public"): WireMessage {
  return {
    id: randomUUID(),
    channel,
    sender_type: "AGENT",
    content: { type: "notification", text, priority: "low" },
    timestamp: new Date().toISOString(),
    correlation_id: null,
  };
}

/** Bodies of the messages a client POSTed. */
export function posted(fake: FakeAiloop): WireMessage[] {
  return fake.requests
    .filter(({ method, path }) => method === "POST" && path.endsWith("/api/v1/messages"))
    .map(({ body }) => body as WireMessage);
}
