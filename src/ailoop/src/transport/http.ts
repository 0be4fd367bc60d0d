import {
  AuthenticationError,
  ConnectionError,
  NotFoundError,
  TimeoutError,
  ValidationError,
} from "../errors.js";
import type { Settings } from "../options.js";
import { onAbort, startTimer } from "../timing.js";

/** Options of every request. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Trace context of the operation. */
  readonly trace?: Readonly<Record<string, string>> | undefined;
  /** The message the request is about; errors carry it. */
  readonly messageId?: string | undefined;
  /** The route names that message, so a 404 says that the server does not know it. */
  readonly byId?: boolean | undefined;
  /** Called with the status of any answer. */
  readonly onStatus?: ((status: number) => void) | undefined;
}

/** JSON over HTTP, failures as typed errors. Never retries: a repeated POST is a second message. */
export class HttpTransport {
  readonly #settings: Pick<Settings, "urls" | "headers" | "timeoutMs">;
  readonly #closed: AbortSignal;

  /** `closed` aborts with the error that requests under way reject with. */
  constructor(settings: Pick<Settings, "urls" | "headers" | "timeoutMs">, closed: AbortSignal) {
    this.#settings = settings;
    this.#closed = closed;
  }

  /** The parsed body of a 2xx answer. */
  async request(method: string, path: string, body?: string, options: RequestOptions = {}): Promise<unknown> {
    const gate = new AbortController();
    const abort = (reason: unknown) => gate.abort(reason);
    const release = [
      onAbort(this.#closed, abort),
      onAbort(options.signal, abort),
      this.#startTimeout(abort, `${method} ${path}`, options.messageId),
    ];
    try {
      gate.signal.throwIfAborted();
      const response = await fetch(this.#settings.urls.http + path, {
        method,
        headers: this.#headers(body, options.trace),
        signal: gate.signal,
        ...(body === undefined ? {} : { body }),
      });
      options.onStatus?.(response.status);
      const text = await response.text();
      if (!response.ok) throw refusal(response.status, text, options);
      return parseBody(text, response.status, options.messageId);
    } catch (error) {
      if (gate.signal.aborted) throw gate.signal.reason;
      throw isOurs(error) ? error : unreachable(error, options.messageId);
    } finally {
      for (const done of release) done();
    }
  }

  #headers(body: string | undefined, trace: RequestOptions["trace"]): Record<string, string> {
    const headers = { accept: "application/json", ...this.#settings.headers, ...trace };
    return body === undefined ? headers : { ...headers, "content-type": "application/json" };
  }

  #startTimeout(abort: (reason: unknown) => void, what: string, messageId: string | undefined): () => void {
    const { timeoutMs } = this.#settings;
    if (timeoutMs === 0) return () => {};
    const fire = () =>
      abort(new TimeoutError(`${what}: no answer within ${timeoutMs / 1000} s`, { messageId }));
    return startTimer(timeoutMs, fire);
  }
}

const isOurs = (error: unknown) => error instanceof ConnectionError || error instanceof ValidationError;

function unreachable(error: unknown, messageId: string | undefined): ConnectionError {
  const { cause } = error as { cause?: { code?: unknown } };
  const code = typeof cause?.code === "string" ? ` (${cause.code})` : "";
  return new ConnectionError(`cannot reach the ailoop server${code}`, { cause: error, messageId });
}

/** Status codes to the errors a caller can act on. */
export function refusal(
  status: number,
  text: string,
  { messageId, byId }: Pick<RequestOptions, "messageId" | "byId"> = {},
): ConnectionError | ValidationError {
  const { body, reason } = readErrorBody(text);
  const message = `the ailoop server answered ${status}${reason === "" ? "" : `: ${reason}`}`;
  const details = { status, body, messageId };
  if (status === 401 || status === 403) return new AuthenticationError(message, details);
  if (status === 404 && byId) return new NotFoundError(message, details);
  if ([400, 413, 415, 422].includes(status)) return new ValidationError(message, details);
  return new ConnectionError(message, details);
}

/** JSON with an `error` text, or plain text: the server has both, by status and by version. */
function readErrorBody(text: string): { body: unknown; reason: string } {
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // plain text
  }
  const reason = (body as { error?: unknown } | null)?.error;
  return { body, reason: typeof reason === "string" ? reason : text.slice(0, 500).trim() };
}

function parseBody(text: string, status: number, messageId: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ValidationError("the ailoop server answered with malformed JSON", { status, cause, messageId });
  }
}
