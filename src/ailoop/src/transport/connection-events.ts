import { diag } from "@opentelemetry/api";
import type { AiloopError } from "../errors.js";
import { describeThrown } from "../telemetry/failure.js";
import { safely } from "../telemetry/safely.js";

/** What happens to the socket. `delay` is in seconds. */
export type ConnectionEvent =
  | { readonly type: "connected" }
  | { readonly type: "disconnected"; readonly code: number; readonly reason: string }
  | { readonly type: "reconnecting"; readonly attempt: number; readonly delay: number }
  /** Every attempt failed; `connectWebsocket()` starts anew. */
  | { readonly type: "exhausted" }
  /** An attempt failed, or a frame was no message; the socket stays as it is. */
  | { readonly type: "error"; readonly error: AiloopError };

/** Told what happens to the socket. What it throws, or rejects with, is logged and changes nothing. */
export type ConnectionHandler = (event: ConnectionEvent) => void;

/** The connection handlers of a client. */
export class ConnectionEvents {
  readonly #handlers = new Set<{ readonly handle: ConnectionHandler }>();

  /** The same function added twice is called twice, as with message handlers. */
  add(handle: ConnectionHandler): () => void {
    const registration = { handle };
    this.#handlers.add(registration);
    return () => void this.#handlers.delete(registration);
  }

  emit(event: ConnectionEvent): void {
    for (const { handle } of [...this.#handlers]) void call(handle, event);
  }
}

async function call(handle: ConnectionHandler, event: ConnectionEvent): Promise<void> {
  try {
    await handle(event);
  } catch (error) {
    safely(() => diag.error(`@kit/ailoop: a connection handler threw ${describeThrown(error)}`));
  }
}
