import type { MsgHdrs } from "nats";
import type { BusMessage } from "../bus/bus.js";
import { HandlerError, KrytenTimeoutError } from "../errors.js";
import type { RawEvent } from "../events/events.js";
import type { Logger } from "../logger.js";
import { bounded } from "../waiting.js";

/** What a handler gets beside the event. */
export interface HandlerContext<Client = unknown> {
  readonly raw: RawEvent;
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  /** Aborts when the handler's time is up or the client disconnects. */
  readonly signal: AbortSignal;
  readonly client: Client;
}

/** One run of one handler; its abort signal is only made when somebody looks at it. */
export class HandlerRun<Client> implements HandlerContext<Client> {
  readonly raw: RawEvent;
  readonly client: Client;
  readonly #message: BusMessage;
  #controller: AbortController | undefined;

  constructor(raw: RawEvent, message: BusMessage, client: Client) {
    this.raw = raw;
    this.client = client;
    this.#message = message;
  }

  get subject(): string {
    return this.#message.subject;
  }

  get headers(): MsgHdrs | undefined {
    return this.#message.headers;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}

export interface HandlerLimits {
  timeoutMs: number;
  logger: Logger;
}

/**
 * Waits for a handler, but not for ever. A handler cannot be stopped: past its time it goes on, told by its
 * signal, and what becomes of it is only logged.
 * @throws HandlerError
 */
export async function runHandler(
  name: string,
  abort: (reason: Error) => void,
  work: () => unknown,
  limits: HandlerLimits,
) {
  try {
    const result = work();
    if (isThenable(result)) {
      const promise = Promise.resolve(result);
      await bounded(promise, {
        timeoutMs: limits.timeoutMs,
        unref: true,
        onTimeout: () => {
          const late = new KrytenTimeoutError(`the handler took longer than ${limits.timeoutMs / 1000} s`);
          abort(late);
          promise.catch(() => limits.logger.debug(`handler ${name} failed after its time was up`));
          return late;
        },
      });
    }
  } catch (cause) {
    throw new HandlerError(`handler ${name} failed`, { cause });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

/** Where a handler failed, without its message, which may quote chat. */
export function describeFailure(error: HandlerError): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return `${error.message}: threw ${typeof cause}`;
  const trace = (cause.stack ?? "").replace(cause.message, "");
  const frames = trace.split("\n").filter((line) => line.trimStart().startsWith("at "));
  return [`${error.message}: ${cause.name}`, ...frames].join("\n");
}

export function handlerName(handler: { name: string }): string {
  return handler.name || "anonymous";
}
