import { type Attributes, context } from "@opentelemetry/api";
import { readLimits } from "../arguments.js";
import type { Config } from "../config.js";
import { Deadline } from "../deadline.js";
import { SpritesError } from "../errors.js";
import { ClientSpan } from "../telemetry/client-span.js";
import { errorType } from "../telemetry/tracing.js";
import { ERROR_CLASSES, type Purpose, toLineError } from "./failure.js";
import { readNdjson } from "./ndjson.js";
import { type Call, fillTemplate, send, toTransportError } from "./transport.js";

/** When one call is given up. */
export interface Limits {
  /** @default the client's `timeout` */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** REST calls, each a CLIENT span named after its route. */
export class Rest {
  readonly config: Config;

  constructor(config: Config) {
    this.config = config;
  }

  /** Sends the call and reads the answer; time limit and span cover both. */
  async request<T>(call: Call, read: (response: Response) => Promise<T>, given?: Limits): Promise<T> {
    const { config } = this;
    const limits = readLimits(given);
    limits.signal?.throwIfAborted();
    using deadline = new Deadline(limits.timeout ?? config.timeout, limits.signal);
    const span = startRestSpan(config, call);
    try {
      const response = await context.with(span.context, () => send(config, call, deadline));
      span.set({ "http.response.status_code": response.status });
      return await readAnswer(response, read, config, deadline);
    } catch (error) {
      failRestSpan(span, error, limits.signal, call.namesPaths && !config.captureContent);
      throw error;
    } finally {
      span.end();
    }
  }

  json(call: Call, limits?: Limits): Promise<unknown> {
    return this.request(call, (response) => readJson(response, call.purpose), limits);
  }

  /** For calls whose answer holds nothing of use. */
  done(call: Call, limits?: Limits): Promise<void> {
    return this.request(call, async (response) => await response.body?.cancel(), limits);
  }

  /** Lines of a streamed answer as they come. Leaving the loop early ends the request. */
  async *lines(call: Call, given?: Limits): AsyncGenerator<Record<string, unknown>, void, undefined> {
    const { config } = this;
    const limits = readLimits(given);
    limits.signal?.throwIfAborted();
    using deadline = new Deadline(limits.timeout ?? config.checkpointTimeout, limits.signal);
    const span = startRestSpan(config, call);
    try {
      const response = await context.with(span.context, () => send(config, call, deadline));
      span.set({ "http.response.status_code": response.status });
      for await (const line of streamLines(response, config, deadline)) {
        if (call.rejectsOnErrorLine && line.type === "error") throw toLineError(line, call.purpose, config);
        yield line;
      }
    } catch (error) {
      failRestSpan(span, error, limits.signal, call.namesPaths && !config.captureContent);
      throw error;
    } finally {
      span.end();
    }
  }
}

/** HTTP attributes of a call that a span has from its start. */
export function callAttributes(config: Config, call: Call): Attributes {
  return {
    "http.request.method": call.method,
    "url.template": call.template,
    "url.full": `${config.endpoint}${fillTemplate(call)}`,
    ...(call.params?.name !== undefined && { "sprites.sprite.id": call.params.name }),
  };
}

/** Ndjson of an answer. Rejects with the typed error when it breaks off, or the limit or the caller ends it. */
export async function* streamLines(
  response: Response,
  config: Config,
  deadline: Deadline,
): AsyncGenerator<Record<string, unknown>, void, undefined> {
  try {
    if (response.body !== null) yield* readNdjson(response.body);
  } catch (error) {
    throw toTransportError(error, config, deadline);
  }
}

async function readAnswer<T>(
  response: Response,
  read: (response: Response) => Promise<T>,
  config: Config,
  deadline: Deadline,
): Promise<T> {
  try {
    return await read(response);
  } catch (error) {
    if (error instanceof SpritesError) throw error;
    throw toTransportError(error, config, deadline);
  }
}

async function readJson(response: Response, purpose: Purpose): Promise<unknown> {
  const text = await response.text();
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ERROR_CLASSES[purpose]("the API answered with something other than JSON", {
      status: response.status,
      cause,
    });
  }
}

function startRestSpan(config: Config, call: Call): ClientSpan {
  const name = `${call.method} ${call.template}`;
  return new ClientSpan(config, name, callAttributes(config, call), context.active());
}

function failRestSpan(
  span: ClientSpan,
  error: unknown,
  signal: AbortSignal | undefined,
  withoutWords = false,
): void {
  const { status, code } = error instanceof SpritesError ? error : {};
  if (status !== undefined) span.set({ "http.response.status_code": status });
  const refused = status !== undefined && status >= 300;
  const said = refused && withoutWords ? `API error (${code ?? `status ${status}`})` : undefined;
  span.fail(refused ? String(status) : errorType(error, signal), error, said);
}
