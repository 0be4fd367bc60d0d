import { diag } from "@opentelemetry/api";
import {
  checkFunction,
  checkText,
  readOptions,
  requireNumber,
  requireObject,
  requireText,
} from "./arguments.js";
import { BatchWriter, type BatchWriterOptions } from "./batch-writer.js";
import { inRequests } from "./batches.js";
import { CredentialStore } from "./credential-store.js";
import type { EncodedEvent } from "./encoded-event.js";
import { type CredentialSources, type Credentials, findCredentials, readSources } from "./environment.js";
import { CatSyphonError, NonRetryableError } from "./errors.js";
import type { Event } from "./event.js";
import { EventSender, type SendOptions } from "./event-sender.js";
import { CollectorHttp, normalizeServerUrl, type Post } from "./http.js";
import { type RegistrationRequest, registerCollector } from "./registration.js";
import {
  type EventsResponse,
  readSessionComplete,
  readSessionStatus,
  type SessionComplete,
  type SessionStatus,
} from "./responses.js";
import { RetryConfig, type RetryOptions, seconds } from "./retry.js";
import { sanitizeText } from "./sanitize.js";
import { type CallOptions, type CompleteSessionOptions, Session, type SessionOptions } from "./session.js";
import { type WireEvent, WireEventFactory } from "./wire-event.js";

interface HttpMeans {
  /** @internal How POST requests are made, if not by `fetch`. */
  readonly post?: Post;
}

/** Settings of a client beside its credentials. */
export interface ClientOptions extends HttpMeans {
  /** Longest time for one request, in seconds. @default 30 */
  readonly timeout?: number;
  /** The same in milliseconds; wins. */
  readonly timeoutMs?: number;
  /** Events a session buffers before it sends. @default 20 */
  readonly batchSize?: number;
  readonly retryConfig?: RetryOptions;
  /** @default the global fetch */
  readonly fetch?: typeof fetch;
  /** Told about failures that are not thrown because something else is. */
  readonly onError?: (error: unknown) => void;
}

/** A collector that is registered already: its credential, and how to reach the server. */
export interface CollectorClientOptions extends ClientOptions, Credentials {}

/** The collector to register, and where its credential is kept for later runs. */
export interface RegisterOptions extends ClientOptions, RegistrationRequest {
  readonly serverUrl: string;
  /** Whether the credential goes into the store. @default true */
  readonly storeCredentials?: boolean;
  /** @default "default" */
  readonly profile?: string;
  /** @default ~/.catsyphon */
  readonly configDir?: string;
  /** Gives up with the signal's reason; the collector may have been made. */
  readonly signal?: AbortSignal | undefined;
}

/** Sets up a client as it was configured. `apiKey` is readable, but not shown by JSON or `console.log`. */
export interface ClientConfig {
  readonly serverUrl: string;
  readonly collectorId: string;
  readonly apiKey: string;
  /** Seconds. */
  readonly timeout: number;
  readonly batchSize: number;
  readonly retryConfig: RetryConfig;
}

/** The server keeps session ids in a column of this length and answers 500 to longer ones. */
const MAX_SESSION_ID = 255;

/** Pushes conversations to a CatSyphon server as one of its collectors. */
export class CollectorClient {
  readonly config: ClientConfig;
  readonly #http: CollectorHttp;
  readonly #sender: EventSender;
  readonly #onError: ((error: unknown) => void) | undefined;
  #closed = false;
  #warned = false;

  /** @throws TypeError when `serverUrl` is no http(s) URL or no header can carry the key; RangeError for numbers out of range. */
  constructor(options: CollectorClientOptions) {
    const { batchSize = 20, fetch } = requireObject("options", options);
    // Read from a file they end with a line break, which no header can carry.
    const collectorId = requireText("collectorId", options.collectorId).trim();
    const apiKey = requireText("apiKey", options.apiKey).trim();
    checkFunction("fetch", fetch);
    checkFunction("onError", options.onError);
    const retryConfig = new RetryConfig(options.retryConfig);
    const timeout = seconds(options.timeoutMs, options.timeout, 30);
    if (!(timeout > 0)) throw new RangeError("timeout must be a number above zero");
    requireNumber("batchSize", batchSize, 1);
    // What a header cannot carry, the HTTP client would repeat in its error.
    if (/[^\x20-\x7e]/.test(apiKey)) throw new TypeError("apiKey must be printable ASCII");
    const serverUrl = normalizeServerUrl(options.serverUrl);
    const config = { serverUrl, collectorId, timeout, batchSize, retryConfig };
    this.config = Object.defineProperty(config, "apiKey", { value: apiKey }) as ClientConfig;
    this.#onError = options.onError;
    this.#http = new CollectorHttp({
      baseUrl: serverUrl,
      headers: { Authorization: `Bearer ${apiKey}`, "X-Collector-ID": collectorId },
      timeoutMs: timeout * 1000,
      retry: retryConfig,
      fetch,
      post: options.post,
      secret: apiKey,
    });
    this.#sender = new EventSender(this.#http);
  }

  /**
   * Makes a new collector in the workspace and stores its credential, which the server shows only once.
   * @throws NonRetryableError when the server refuses, RetryableError when it cannot be reached.
   */
  static async register(options: RegisterOptions): Promise<CollectorClient> {
    readOptions(requireObject("options", options));
    const serverUrl = normalizeServerUrl(options.serverUrl);
    const registration = await registerCollector(options, {
      baseUrl: serverUrl,
      timeoutMs: seconds(options.timeoutMs, options.timeout, 30) * 1000,
      retry: new RetryConfig(options.retryConfig),
      fetch: options.fetch,
      post: options.post,
    });
    const client = new CollectorClient({ ...options, serverUrl, ...registration });
    const { workspaceId, profile = "default", configDir } = options;
    if (options.storeCredentials === false) return client;
    try {
      new CredentialStore(configDir).store({ serverUrl, workspaceId, profile, ...registration });
    } catch (error) {
      // The key cannot be asked for again: better a client that works once than none.
      diag.error(`CatSyphon credential was not stored: ${(error as Error).message}`);
      client.#report(error);
    }
    return client;
  }

  /** A client for the stored credential, or `null` when there is none. */
  static fromStored(
    options: ClientOptions & {
      readonly serverUrl: string;
      readonly workspaceId: string;
      readonly profile?: string;
      readonly configDir?: string;
    },
  ): CollectorClient | null {
    const { serverUrl, workspaceId, profile, configDir, ...client } = requireObject("options", options);
    const credential = new CredentialStore(configDir).get(serverUrl, workspaceId, profile);
    return credential && new CollectorClient({ ...client, ...pick(credential) });
  }

  /**
   * A client from options, else from `CATSYPHON_URL`, `CATSYPHON_COLLECTOR_ID` and `CATSYPHON_API_KEY`, else
   * from the stored credential of `CATSYPHON_URL`, `CATSYPHON_WORKSPACE_ID` and `CATSYPHON_PROFILE`; `null`
   * when that is not enough.
   */
  static fromEnv(
    env: Readonly<Record<string, string | undefined>> = process.env,
    options: ClientOptions & CredentialSources = {},
  ): CollectorClient | null {
    const given = readOptions(options);
    const credentials = findCredentials(readSources(env, given));
    return credentials && new CollectorClient({ ...given, ...pick(credentials) });
  }

  /** Opens a session; nothing is sent yet. @throws TypeError for an id that is empty or too long. */
  session(sessionId: string, options: SessionOptions = {}): Session {
    const id = requireSessionId(sessionId);
    this.#warnOfSlash(id);
    return new Session(this.#backend(), id, { batchSize: this.config.batchSize, ...readOptions(options) });
  }

  /**
   * Runs `work` with a session, and completes it with `success`, or with `failed` if `work` throws. A session that was
   * not started is only flushed. The error of `work` is rethrown unchanged.
   */
  async withSession<T>(
    sessionId: string,
    work: (session: Session) => Promise<T> | T,
    options: SessionOptions = {},
  ): Promise<T> {
    if (typeof work !== "function")
      throw new TypeError("withSession takes a function as its second argument");
    const session = this.session(sessionId, options);
    let result: T;
    try {
      result = await work(session);
    } catch (error) {
      await finish(session, "failed").catch((closing: unknown) => {
        this.#report(closing);
        if (error instanceof Error && error.cause === undefined) error.cause = closing;
      });
      throw error;
    }
    await finish(session, "success");
    return result;
  }

  batchWriter(sessionId: string, options: BatchWriterOptions = {}): BatchWriter {
    const onError = (error: unknown) => this.#report(error);
    return new BatchWriter(this, requireSessionId(sessionId), { onError, ...readOptions(options) });
  }

  /**
   * Sends events as they are, split into requests the server takes. `accepted` is the sum over all of them.
   * @throws TypeError for an event the server could not take, CatSyphonError when sending fails.
   */
  async sendEvents(
    sessionId: string,
    events: readonly Event[],
    options: SendOptions = {},
  ): Promise<EventsResponse> {
    const factory = new WireEventFactory(requireSessionId(sessionId));
    this.#warnOfSlash(sessionId);
    if (!Array.isArray(events)) throw new TypeError("events must be a list");
    const wire = events.map((event) => factory.create(event));
    if (wire.length === 0) throw new TypeError("there is no event to send");
    return this.sendWireEvents(sessionId, wire, options);
  }

  /** @internal Sends events that have their wire form; numbers may change when an old server asks for it. */
  sendWireEvents = async (
    sessionId: string,
    events: readonly WireEvent[],
    options: SendOptions = {},
  ): Promise<EventsResponse> => {
    this.#requireOpen();
    return this.#sender.send(requireSessionId(sessionId), events, readOptions(options));
  };

  /**
   * Sends events that `encodeEvent` made: of one session, and no more than `REQUEST_LIMITS` at once.
   * @throws CatSyphonError when sending fails.
   */
  async sendEncoded(
    sessionId: string,
    events: readonly EncodedEvent[],
    options: Pick<SendOptions, "signal"> = {},
  ): Promise<EventsResponse> {
    this.#requireOpen();
    const id = requireSessionId(sessionId);
    this.#warnOfSlash(id);
    return this.#sender.sendEncoded(id, events, options.signal);
  }

  /** The requests that would send these events, for a process that exits and cannot await them. They hold the key. */
  toEncodedRequests(sessionId: string, events: readonly EncodedEvent[]) {
    const id = requireSessionId(sessionId);
    return inRequests(events).map((batch) => this.#sender.toPost(id, batch));
  }

  /** `null` when the server does not know the session. @throws AuthenticationError for another collector's. */
  async getSessionStatus(sessionId: string, options: CallOptions = {}): Promise<SessionStatus | null> {
    this.#requireOpen();
    const { signal } = readOptions(options);
    const path = sessionPath(sessionId);
    try {
      return readSessionStatus(await this.#http.request({ method: "GET", path, signal }));
    } catch (error) {
      if (error instanceof NonRetryableError && error.statusCode === 404) return null;
      throw error;
    }
  }

  /** Marks the session completed, as of now. May be repeated. */
  async completeSession(sessionId: string, options: CompleteSessionOptions = {}): Promise<SessionComplete> {
    this.#requireOpen();
    const { finalSequence, eventCount, outcome = "success", summary, signal } = readOptions(options);
    checkText("summary", summary);
    const count = eventCount ?? finalSequence;
    const body = {
      ...(count === undefined ? {} : { event_count: count, final_sequence: finalSequence ?? count }),
      outcome,
      ...(summary === undefined ? {} : { summary: sanitizeText(summary) }),
    };
    const path = `${sessionPath(sessionId)}/complete`;
    return readSessionComplete(await this.#http.request({ method: "POST", path, body, signal }));
  }

  /** Later requests are refused. Sessions and writers have to be completed or closed before. */
  async close(): Promise<void> {
    this.#closed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #backend() {
    return {
      sendWireEvents: this.sendWireEvents,
      getSessionStatus: (id: string, options?: CallOptions) => this.getSessionStatus(id, options),
      completeSession: (id: string, options: CompleteSessionOptions) => this.completeSession(id, options),
    };
  }

  #warnOfSlash(sessionId: string): void {
    if (this.#warned || !sessionId.includes("/")) return;
    this.#warned = true;
    diag.warn(`CatSyphon stores sessions whose id has a slash, but cannot find them by it: ${sessionId}`);
  }

  #requireOpen(): void {
    if (this.#closed) throw new CatSyphonError("the client is closed");
  }

  #report(error: unknown): void {
    try {
      this.#onError?.(error);
    } catch {
      // The listener's own affair.
    }
  }
}

async function finish(session: Session, outcome: "success" | "failed"): Promise<void> {
  await session.flush();
  if (session.started && !session.completed) await session.complete({ outcome });
}

function pick({ serverUrl, collectorId, apiKey }: Credentials): Credentials {
  return { serverUrl, collectorId, apiKey };
}

function sessionPath(sessionId: string): string {
  return `/collectors/sessions/${encodeURIComponent(requireSessionId(sessionId))}`;
}

function requireSessionId(sessionId: string): string {
  if (typeof sessionId !== "string") throw new TypeError("a session id must be a string");
  const id = sanitizeText(sessionId);
  if (id.length === 0 || id.length > MAX_SESSION_ID) {
    throw new TypeError(`a session id must have 1 to ${MAX_SESSION_ID} characters`);
  }
  return id;
}
