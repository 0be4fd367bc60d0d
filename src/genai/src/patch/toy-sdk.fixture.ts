import { type Call, type Definition, GenAIInstrumentation } from "../index.js";

interface Body {
  text: string;
  reason?: string | null;
}

/** A library as small as one can be, in the manner of the generated SDKs: lazily parsed promises and streams. */
export class ToyPromise<T> extends Promise<T> {
  responsePromise: Promise<unknown>;
  parseResponse: (response: unknown) => Promise<T>;
  parsedPromise?: Promise<T>;

  static override get [Symbol.species]() {
    return Promise;
  }

  constructor(response: Promise<unknown>, parse: (response: unknown) => Promise<T>) {
    super((resolve) => resolve(null as T));
    this.responsePromise = response;
    this.parseResponse = parse;
  }

  parse(): Promise<T> {
    this.parsedPromise ??= this.responsePromise.then((response) => this.parseResponse(response));
    return this.parsedPromise;
  }

  asResponse(): Promise<unknown> {
    return this.responsePromise.then((response) => response);
  }

  // biome-ignore lint/suspicious/noThenProperty: the generated SDKs' promises parse in `then`.
  override then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.parse().then(onfulfilled, onrejected);
  }
}

export class ToyStream {
  readonly controller = new AbortController();
  iterator: () => AsyncGenerator<string>;

  constructor(chunks: readonly string[], failure?: Error) {
    const { signal } = this.controller;
    this.iterator = async function* () {
      for (const chunk of chunks) {
        if (signal.aborted) return;
        yield chunk;
      }
      if (failure !== undefined) throw failure;
    };
  }

  [Symbol.asyncIterator](): AsyncGenerator<string> {
    return this.iterator();
  }
}

export class Chats {
  readonly _client = { baseURL: "https://toy.example/v1" };

  ask(params: { prompt: string; fail?: Error; model?: string }): ToyPromise<Body> {
    const response = params.fail ? Promise.reject(params.fail) : Promise.resolve({ status: 200 });
    return new ToyPromise(response, async (body) => {
      await body;
      return { text: `re: ${params.prompt}`, reason: "stop" };
    });
  }

  stream(
    params: { prompt: string; stream: true; model?: string },
    stream = new ToyStream(["a", "b"]),
  ): ToyPromise<ToyStream> {
    return new ToyPromise(Promise.resolve({}), async () => Object.assign(stream, { asked: params.prompt }));
  }

  explode(): never {
    throw new TypeError("at once");
  }

  run(tool: (city: string) => unknown): unknown {
    return tool("Oslo");
  }
}

const ask: Call<[{ prompt: string; model?: string; stream?: boolean }], Body, string> = {
  request: (params) => ({
    operation: "chat",
    model: params?.model ?? "toy-1",
    stream: params?.stream,
    content: () => ({ inputMessages: [{ role: "user", parts: [{ type: "text", content: params.prompt }] }] }),
  }),
  response: (body) => ({
    id: "id-1",
    model: "toy-1-2026",
    finishReasons: [body.reason],
    usage: { input: 10, output: 20, cacheRead: 4, reasoning: 0 },
    content: () => ({
      outputMessages: [{ role: "assistant", parts: [{ type: "text", content: body.text }] }],
    }),
  }),
  fold: (content) => {
    const body: Body = { text: "", reason: null };
    return {
      add(chunk) {
        if (content) body.text += chunk;
        if (chunk === "b") body.reason = "stop";
      },
      body: () => body,
    };
  },
};

/** The whole adapter of that library. */
export class ToyInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-toy",
    version: "1.0.0",
    module: "toy",
    versions: [">=1 <2"],
    provider: "toy",
    targets: (exports) => {
      const { prototype } = (exports as { Chats: typeof Chats }).Chats;
      return [
        { on: prototype, method: "ask", call: ask },
        { on: prototype, method: "stream", call: ask },
        { on: prototype, method: "explode", call: ask },
        {
          on: prototype,
          method: "run",
          toolLoop: ([tool]: readonly [(city: string) => unknown], traceTool) => [
            traceTool({ name: "weather", description: "tells the weather" }, tool),
          ],
        },
        { on: undefined, method: "gone", call: ask },
      ];
    },
    baseUrl: (chats) => (chats as Chats)._client.baseURL,
  };
}
