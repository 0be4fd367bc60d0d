import { SpanKind } from "@opentelemetry/api";
import type { Engine } from "../engine.js";
import { ConnectionError } from "../errors.js";
import { checkSubscription } from "../inbox/subscriptions.js";
import { untilAborted } from "../timing.js";

/** Options of a call that can be cancelled. */
export interface AbortOptions {
  /** The call rejects with the signal's reason; a socket on its way up is not stopped by it. */
  signal?: AbortSignal | undefined;
}

/** Resolves when the socket is open and the hello written. */
export async function connectWebsocket({ viewer }: Engine, { signal }: AbortOptions): Promise<void> {
  signal?.throwIfAborted();
  return untilAborted(viewer.connect(), signal);
}

/** Closes the socket and stops reconnecting. Waits go on by polling. */
export function disconnectWebsocket({ telemetry, viewer }: Engine): Promise<void> {
  return telemetry.run({ name: "close", onServer: true, kind: SpanKind.CLIENT, protocol: "websocket" }, () =>
    viewer.disconnect(),
  );
}

export async function subscribe(engine: Engine, channel: string, { signal }: AbortOptions): Promise<void> {
  const { telemetry, viewer, inbox } = engine;
  const name = checkSubscription(channel);
  await telemetry.run(
    { name: "subscribe", channel: name, kind: SpanKind.CLIENT, protocol: "websocket" },
    async () => {
      signal?.throwIfAborted();
      if (!viewer.isOpen) {
        if (!viewer.attempt) throw new ConnectionError("WebSocket not connected");
        await untilAborted(viewer.attempt, signal);
      }
      await untilAborted(inbox.subscriptions.add(name, engine.pastToSkip), signal);
    },
    signal,
  );
}

export async function unsubscribe({ telemetry, inbox }: Engine, channel: string): Promise<void> {
  const name = checkSubscription(channel);
  await telemetry.run(
    { name: "unsubscribe", channel: name, kind: SpanKind.CLIENT, protocol: "websocket" },
    async () => inbox.subscriptions.delete(name),
  );
}
