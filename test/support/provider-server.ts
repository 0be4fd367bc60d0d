import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { LoopbackServer } from "./loopback-server.js";
import { Gate, json, type Reply } from "./provider/reply.js";

export {
  bytes,
  type Cuts,
  event,
  Gate,
  json,
  type Reply,
  type ReplyOptions,
  type Step,
  script,
  streamed,
} from "./provider/reply.js";

/** One request the server got. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, as received. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON, or the raw text of any other body. */
  readonly body: unknown;
  /** True once the client dropped the connection before the reply was complete. */
  readonly aborted: boolean;
  /** Resolves when the exchange is over: true when the client dropped it. */
  readonly over: Promise<boolean>;
}

/** What answers the requests under one path prefix: a reply for all of them, one each in turn, or a function. */
export type Answers = Reply | readonly Reply[] | ((request: ReceivedRequest) => Reply);

/** A local model provider: it answers with scripted bytes and remembers what it was asked. */
export class ProviderServer {
  readonly requests: ReceivedRequest[] = [];
  readonly #routes = new Map<string, Answers>();
  readonly #server = new LoopbackServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  static async start(): Promise<ProviderServer> {
    const provider = new ProviderServer();
    await provider.#server.listen();
    return provider;
  }

  /** Port the server listens on. */
  get port(): number {
    return this.#server.port;
  }

  /** Answers everything under `prefix`; returns the URL of the prefix, to be used as an SDK's base URL. */
  serve(prefix: string, answers: Answers): string {
    this.#routes.set(prefix, Array.isArray(answers) ? [...answers] : answers);
    return `${this.#server.url}${prefix}`;
  }

  /**
   * A `fetch` that sends every request, whatever its host, to what `serve(prefix, …)` answers. The SDK believes
   * that it talks to the real provider, so that mapping hosts to providers can be tested.
   */
  fetchAs(prefix: string): typeof fetch {
    return (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      return fetch(`${this.#server.url}${prefix}${pathname}${search}`, init);
    };
  }

  /** Forgets all routes and requests. */
  reset(): void {
    this.#routes.clear();
    this.requests.length = 0;
  }

  /** Stops at once, dropping replies under way. */
  close(): Promise<void> {
    return this.#server.close();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await receive(incoming, response);
    this.requests.push(request);
    await send(this.#replyTo(request), response);
  }

  #replyTo(request: ReceivedRequest): Reply {
    const prefix = [...this.#routes.keys()]
      .filter((candidate) => request.path === candidate || request.path.startsWith(`${candidate}/`))
      .sort((left, right) => right.length - left.length)[0];
    const answers = prefix === undefined ? undefined : this.#routes.get(prefix);
    if (typeof answers === "function") return answers(request);
    const reply = isList(answers) ? (answers as Reply[]).shift() : answers;
    return reply ?? json({ error: { message: `No reply scripted for ${request.path}` } }, { status: 501 });
  }
}

function isList(answers: Answers | undefined): answers is readonly Reply[] {
  return Array.isArray(answers);
}

async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<ReceivedRequest> {
  let aborted = false;
  const over = once(response, "close").then(() => {
    aborted = !response.writableFinished;
    return aborted;
  });
  const body = (await buffer(incoming)).toString();
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: incoming.headers,
    // Old SDKs call the empty body of a GET JSON.
    body: body !== "" && incoming.headers["content-type"]?.includes("json") ? JSON.parse(body) : body,
    get aborted() {
      return aborted;
    },
    over,
  };
}

async function send({ status, headers, steps }: Reply, response: ServerResponse): Promise<void> {
  response.socket?.setNoDelay(true);
  response.writeHead(status, headers);
  const [first] = steps;
  if (steps.length === 1 && first instanceof Uint8Array) {
    response.end(first);
    return;
  }
  response.flushHeaders();
  const left = once(response, "close");
  for (const step of steps) {
    if (response.destroyed) return;
    if (step === "drop") {
      response.destroy();
      return;
    }
    // A hanging reply ends when the client leaves or the server closes.
    if (step === "hang") return;
    if (step instanceof Gate) await Promise.race([step.pass(), left]);
    else {
      response.write(step);
      // Another turn of the loop, so that pieces leave in chunks of their own.
      await setImmediate();
    }
  }
  response.end();
}
