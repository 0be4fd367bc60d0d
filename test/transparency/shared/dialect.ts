import type { App, Scenario } from "../scenario.js";

/** What the generated SDKs share, as far as the scenarios use it. */
export interface ApiPromise<Value> extends Promise<Value> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: Value; response: Response }>;
  _thenUnwrap(transform: (value: Value) => unknown): ApiPromise<unknown>;
}

export interface ApiStream extends AsyncIterable<unknown> {
  controller: AbortController;
  tee(): [ApiStream, ApiStream];
  toReadableStream(): ReadableStream<Uint8Array>;
}

export interface Message {
  role: string;
  content: unknown;
}

export interface Params {
  model: string;
  messages: Message[];
}

export interface Client {
  post(path: string, options: unknown): Promise<unknown>;
  withOptions(options: unknown): Client;
}

export interface Sdk {
  readonly APIPromise: new () => unknown;
  readonly default: unknown;
  readonly [name: string]: unknown;
}

/** The resource whose `create` makes a chat call. */
export interface Resource {
  create(params: unknown, options?: unknown): ApiPromise<Answer>;
}

export interface Answer {
  readonly id: string;
}

/** How one SDK says what all of them can say, so that one scenario serves them all. */
export interface Dialect {
  /** Name of the client's class among the module's exports. */
  readonly clientClass: string;
  /** Paths of the resources whose methods an application may look at. */
  readonly resources: readonly string[];
  /** Path of the chat call, below the base URL. */
  readonly path: string;
  /** Options that make a client talk to a server at `origin`. */
  clientOptions(origin: string): Record<string, unknown>;
  resource(client: Client): Resource;
  /** The parameters of a plain chat call; a new object each time, for some scenarios change theirs. */
  params(): Params;
  /** The body of an answer. */
  answer(text?: string): Answer;
  failure(code: string): object;
  textOf(chunk: unknown): unknown;
  readonly frames: {
    /** A whole streamed answer. */
    readonly whole: readonly string[];
    readonly first: readonly string[];
    readonly end: readonly string[];
    /** What closes the stream on the wire, beyond the end of the body. */
    readonly mark: readonly string[];
    /** One chunk for each text. */
    words(...texts: string[]): string[];
    failure(code: string): string;
    readonly malformed: string;
    /** A chunk of any body. */
    odd(body: unknown): string;
  };
}

export type AnyApp = App<Client, Sdk>;
export type AnyScenario = Scenario<Client, Sdk>;

/** A chat call of `client`. */
export function create(
  dialect: Dialect,
  client: Client,
  params: unknown = dialect.params(),
  options?: unknown,
) {
  const resource = dialect.resource(client);
  return options === undefined ? resource.create(params) : resource.create(params, options);
}

/** A streamed chat call of `client`. */
export function stream(dialect: Dialect, client: Client, options?: unknown): ApiPromise<ApiStream> {
  const params = { ...dialect.params(), stream: true };
  return create(dialect, client, params, options) as unknown as ApiPromise<ApiStream>;
}
