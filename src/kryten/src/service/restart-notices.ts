import type { BusSubscription } from "../bus/bus.js";
import type { HandlerError } from "../errors.js";
import { isObject, type JsonObject, parseJson } from "../json.js";
import type { Logger } from "../logger.js";
import type { Messenger } from "../messaging/messenger.js";
import { quietly } from "../quietly.js";

export const RESTART_SUBJECT = "kryten.lifecycle.group.restart";

/** Somebody asks every service to restart. */
export interface RestartNotice {
  readonly initiator: string;
  /** The same as `initiator`; senders write one, the other or both. */
  readonly serviceName: string;
  readonly reason: string;
  readonly delaySeconds: number;
  /** ISO 8601, as sent. */
  readonly timestamp: string;
  /** The whole message. */
  readonly raw: JsonObject;
}

export type RestartCallback = (notice: RestartNotice) => unknown;

/** Callbacks for group restarts, each with a subscription of its own, so that each has its own span. */
export class RestartNotices {
  readonly #callbacks = new Set<RestartCallback>();
  readonly #logger: Logger;
  readonly #onError: (error: HandlerError) => void;
  #messenger: Messenger | undefined;
  #subscriptions: BusSubscription[] = [];

  constructor(logger: Logger, onError: (error: HandlerError) => void) {
    this.#logger = logger;
    this.#onError = onError;
  }

  add(callback: RestartCallback): void {
    if (this.#callbacks.has(callback)) return;
    this.#callbacks.add(callback);
    if (this.#messenger) this.#subscribe(this.#messenger, callback);
  }

  start(messenger: Messenger): void {
    if (this.#messenger) return;
    this.#messenger = messenger;
    for (const callback of this.#callbacks) this.#subscribe(messenger, callback);
  }

  stop(): void {
    this.#messenger = undefined;
    for (const subscription of this.#subscriptions.splice(0)) {
      // The connection may be gone already.
      quietly(() => subscription.unsubscribe());
    }
  }

  #subscribe(messenger: Messenger, callback: RestartCallback): void {
    const name = callback.name || "anonymous";
    const handler = {
      [name]: (message: { data: Uint8Array }) => {
        const notice = this.#read(message.data);
        return notice && callback(notice);
      },
    }[name]!;
    this.#subscriptions.push(messenger.subscribe(RESTART_SUBJECT, handler, this.#onError));
  }

  #read(data: Uint8Array): RestartNotice | undefined {
    try {
      const raw = parseJson(data);
      if (isObject(raw)) return toNotice(raw);
    } catch {
      // Reported below, as any other shape that is no object.
    }
    this.#logger.warn("ignored a group restart that is not a JSON object");
    return undefined;
  }
}

function toNotice(raw: JsonObject): RestartNotice {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const initiator = text(raw.initiator) ?? text(raw.service_name) ?? "unknown";
  const delay = Number(raw.delay_seconds ?? 5);
  return {
    initiator,
    serviceName: text(raw.service_name) ?? initiator,
    reason: text(raw.reason) ?? "",
    delaySeconds: Number.isFinite(delay) ? delay : 5,
    timestamp: text(raw.timestamp) ?? "",
    raw,
  };
}
