import { setImmediate } from "node:timers/promises";
import { expect } from "vitest";
import type { ProviderServer } from "./provider-server.js";
import type { Telemetry } from "./telemetry.js";

/** Words that must never leave the process unless content is asked for. */
export const SECRET = "xyzzy-plugh";

/** Everything that a stream gives; nothing of none. */
export async function readAll(stream: AsyncIterable<unknown> | undefined): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const each of stream ?? []) seen.push(each);
  return seen;
}

/** Resolves when the server has a request. */
export async function arrivalAt(provider: ProviderServer): Promise<void> {
  while (provider.requests.length === 0) await setImmediate();
}

/** What an application sees of what it does, value or error, and what the provider sees of it. */
export async function seenBoth(
  provider: ProviderServer,
  done: Promise<unknown>,
  toWords: (error: Error) => unknown = ({ constructor: { name }, name: called, message }) => [
    name,
    called,
    message,
  ],
) {
  const seen = await done.then(
    (value) => ({ value }),
    (error: Error) => ({ error: toWords(error) }),
  );
  const requests = provider.requests.map(async ({ path, body, over }) => ({ path, body, left: await over }));
  return { ...seen, requests: await Promise.all(requests) };
}

interface Switch {
  enable(): void;
  disable(): void;
}

/** Does something bare and instrumented: nothing seen may differ, spans have these outcomes, and content stays here. */
export async function expectNoDifference(
  see: () => Promise<unknown>,
  instrumentation: Switch,
  telemetry: Telemetry,
  outcomes: readonly string[],
): Promise<void> {
  instrumentation.disable();
  const bare = await see();
  instrumentation.enable();
  expect(await see()).toEqual(bare);
  const { spans } = await telemetry.finish();
  const told = spans.map(
    ({ attributes }) => attributes["kit.outcome"] ?? (attributes["error.type"] ? "error" : "completed"),
  );
  expect(told).toEqual(outcomes);
  const texts = spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]);
  expect(JSON.stringify(texts)).not.toContain(SECRET);
}
