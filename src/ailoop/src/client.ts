import { diag, SpanKind } from "@opentelemetry/api";
import { checkVersion, getMessage } from "./calls/lookups.js";
import type {
  AskOptions,
  AuthorizeOptions,
  PromptOptions,
  RespondOptions,
  SayOptions,
  SendOptions,
  WaitOptions,
} from "./calls/options.js";
import { Prompts, type SentMessage } from "./calls/prompts.js";
import {
  type AbortOptions,
  connectWebsocket,
  disconnectWebsocket,
  subscribe,
  unsubscribe,
} from "./calls/socket-calls.js";
import type { VersionCompatibility } from "./calls/version-check.js";
import { Engine } from "./engine.js";
import { invalid, ValidationError } from "./errors.js";
import type { MessageHandler } from "./inbox/message-handlers.js";
import { checkOptions } from "./model/checks.js";
import type {
  AuthorizationContent,
  DecisionContent,
  MessageContent,
  NavigateContent,
  NotificationContent,
  QuestionContent,
  ResponseContent,
} from "./model/content.js";
import type { Message } from "./model/message.js";
import { type AiloopClientOptions, readSettings } from "./options.js";
import type { ResponseMessage } from "./prompt/awaiter.js";
import { safely } from "./telemetry/safely.js";
import type { ConnectionHandler } from "./transport/connection-events.js";

const DEFAULT_SERVER_URL = "http://localhost:8080";

/** What a prompt resolves to when the call itself does not say: by the client's `waitForResponses`. */
type Reply<WaitByDefault extends boolean, Content extends MessageContent> = WaitByDefault extends true
  ? ResponseMessage
  : SentMessage<Content>;
type AskContent = DecisionContent | QuestionContent;
type Waiting<Options> = Options & { wait: true };
type NotWaiting<Options> = Options & { wait: false };
type ByDefault<Options> = Options & { wait?: undefined };

/**
 * A client of an ailoop server: asks people, tells them things, and answers for them. Every call that fails
 * rejects with an `AiloopError`, every aborted one with its signal's reason. HTTP calls need no `connect()`.
 */
export class AiloopClient<WaitByDefault extends boolean = false> implements AsyncDisposable {
  /** As given, without trailing slashes. */
  readonly serverUrl: string;
  /** Channel of calls that name none. */
  readonly channel: string;
  /** Seconds for an HTTP reply, an opening socket and an echo. */
  readonly timeout: number;
  readonly reconnectAttempts: number;
  /** Seconds before the first attempt. */
  readonly reconnectDelay: number;
  readonly #engine: Engine;
  readonly #prompts: Prompts;
  #closing: Promise<void> | undefined;

  /**
   * @param serverUrl http, https, ws or wss; the socket is found on the same host, port and path
   * @throws ValidationError naming the option
   */
  constructor(serverUrl?: string, options?: AiloopClientOptions<WaitByDefault>);
  constructor(options?: AiloopClientOptions<WaitByDefault> & { serverUrl?: string });
  constructor(
    first?: string | (AiloopClientOptions<WaitByDefault> & { serverUrl?: string }),
    second: AiloopClientOptions<WaitByDefault> = {},
  ) {
    const options = typeof first === "object" && first !== null ? first : { ...second, serverUrl: first };
    const serverUrl = options.serverUrl ?? DEFAULT_SERVER_URL;
    const settings = readSettings(serverUrl, options);
    this.serverUrl = serverUrl.replace(/\/+$/, "");
    this.channel = settings.channel;
    this.timeout = settings.timeoutMs / 1000;
    this.reconnectAttempts = settings.reconnect.attempts;
    this.reconnectDelay = settings.reconnect.delayMs / 1000;
    this.#engine = new Engine(settings);
    this.#prompts = new Prompts(this.#engine);
  }

  /** A client that has checked the server's version and is opening its socket. */
  static async connect<WaitByDefault extends boolean = false>(
    serverUrl?: string,
    options: AiloopClientOptions<WaitByDefault> & AbortOptions = {},
  ): Promise<AiloopClient<WaitByDefault>> {
    const { signal, ...rest } = checkOptions(options);
    const client = new AiloopClient<WaitByDefault>(serverUrl, rest);
    try {
      await client.connect({ signal });
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  /**
   * Checks the server's version, then opens the socket in the background: that the socket fails shows as a
   * connection event. @throws ConnectionError when health cannot be read
   */
  async connect(options: AbortOptions = {}): Promise<void> {
    const { compatible, warnings } = await this.checkVersionCompatibility(options);
    if (!compatible) {
      const reason = warnings.join("; ");
      if (this.#engine.settings.strictVersion) throw new ValidationError(reason, { field: "serverVersion" });
      safely(() => diag.warn(`@kit/ailoop: ${reason}`));
    }
    this.#engine.assertOpen();
    this.#engine.viewer.ensure();
  }

  /** Asks a question, with choices or free. Resolves to the sent message; with `wait`, to the answer. */
  ask(question: string, options: Waiting<AskOptions>): Promise<ResponseMessage>;
  ask(question: string, options: NotWaiting<AskOptions>): Promise<SentMessage<AskContent>>;
  ask(question: string, options?: ByDefault<AskOptions>): Promise<Reply<WaitByDefault, AskContent>>;
  ask(question: string, options: AskOptions): Promise<SentMessage<AskContent> | ResponseMessage>;
  async ask(question: string, options: AskOptions = {}): Promise<SentMessage | ResponseMessage> {
    this.#engine.assertOpen();
    return this.#prompts.ask(question, checkOptions(options));
  }

  /** Asks for permission. Only `responseType === "authorization_approved"` grants it. */
  authorize(action: string, options: Waiting<AuthorizeOptions>): Promise<ResponseMessage>;
  authorize(
    action: string,
    options: NotWaiting<AuthorizeOptions>,
  ): Promise<SentMessage<AuthorizationContent>>;
  authorize(
    action: string,
    options?: ByDefault<AuthorizeOptions>,
  ): Promise<Reply<WaitByDefault, AuthorizationContent>>;
  authorize(
    action: string,
    options: AuthorizeOptions,
  ): Promise<SentMessage<AuthorizationContent> | ResponseMessage>;
  async authorize(action: string, options: AuthorizeOptions = {}): Promise<SentMessage | ResponseMessage> {
    this.#engine.assertOpen();
    return this.#prompts.authorize(action, checkOptions(options));
  }

  /** Asks the operator to open a page. `timeout` is only how long this client waits, 300 s by default. */
  navigate(url: string, options: Waiting<PromptOptions>): Promise<ResponseMessage>;
  navigate(url: string, options: NotWaiting<PromptOptions>): Promise<SentMessage<NavigateContent>>;
  navigate(url: string, options?: ByDefault<PromptOptions>): Promise<Reply<WaitByDefault, NavigateContent>>;
  navigate(url: string, options: PromptOptions): Promise<SentMessage<NavigateContent> | ResponseMessage>;
  async navigate(url: string, options: PromptOptions = {}): Promise<SentMessage | ResponseMessage> {
    this.#engine.assertOpen();
    return this.#prompts.navigate(url, checkOptions(options));
  }

  /** Tells something; nobody answers. */
  async say(message: string, options: SayOptions = {}): Promise<Message<NotificationContent>> {
    this.#engine.assertOpen();
    return (await this.#prompts.say(message, checkOptions(options))) as Message<NotificationContent>;
  }

  /** Sends a message built by hand or by a factory; a prompt among them can be waited for. */
  async sendMessage<Content extends MessageContent>(
    message: Message<Content>,
    options: SendOptions = {},
  ): Promise<Message<Content>> {
    this.#engine.assertOpen();
    return this.#prompts.send(message, checkOptions(options));
  }

  /** @throws NotFoundError when the server does not have it (any more); ValidationError when it is no UUID */
  async getMessage(messageId: string, options: AbortOptions = {}): Promise<Message> {
    this.#engine.assertOpen();
    return getMessage(this.#engine, messageId, checkOptions(options));
  }

  /** Answers a message, own or foreign, any number of times. @throws NotFoundError */
  async respond(originalMessageId: string, options: RespondOptions = {}): Promise<Message<ResponseContent>> {
    this.#engine.assertOpen();
    return (await this.#engine.responder.respond(
      originalMessageId,
      checkOptions(options),
    )) as Message<ResponseContent>;
  }

  /**
   * Waits for the answer to any prompt, own or foreign; opens the socket if need be. An answer given earlier is
   * found. @throws TimeoutError past the deadline; ConnectionError when the server is gone for good
   */
  async waitForResponse(messageOrId: Message | string, options: WaitOptions = {}): Promise<ResponseMessage> {
    this.#engine.assertOpen();
    return this.#prompts.waitForResponse(messageOrId, checkOptions(options));
  }

  /** Resolves when the socket is open; rejects when the first attempt fails, while retries go on behind it. */
  async connectWebsocket(options: AbortOptions = {}): Promise<void> {
    this.#engine.assertOpen();
    return connectWebsocket(this.#engine, checkOptions(options));
  }

  /** Closes the socket and stops reconnecting. Subscriptions are kept for the next one. */
  async disconnectWebsocket(): Promise<void> {
    this.#engine.assertOpen();
    return disconnectWebsocket(this.#engine);
  }

  /** Delivers messages of a channel to the handlers; `*` is every channel. @throws ConnectionError without a socket */
  async subscribeToChannel(channel: string, options: AbortOptions = {}): Promise<void> {
    this.#engine.assertOpen();
    return subscribe(this.#engine, channel, checkOptions(options));
  }

  /** Stops delivery; a channel that was not subscribed is left as it is. */
  async unsubscribeFromChannel(channel: string): Promise<void> {
    this.#engine.assertOpen();
    return unsubscribe(this.#engine, channel);
  }

  /** Messages that handlers never saw, because more than `maxQueuedMessages` were waiting for them. */
  get droppedMessages(): number {
    return this.#engine.inbox.dropped;
  }

  /** Adds a handler for messages of subscribed channels, own ones included. Returns a function that removes it. */
  addMessageHandler(handler: MessageHandler): () => void {
    this.#engine.assertOpen();
    return this.#engine.inbox.handlers.add(checkFunction(handler));
  }

  /** Adds a handler for connection events. Returns a function that removes it. */
  addConnectionHandler(handler: ConnectionHandler): () => void {
    this.#engine.assertOpen();
    return this.#engine.connectionEvents.add(checkFunction(handler));
  }

  /** Compares protocol versions; a mismatch is an answer, not an error. @throws ConnectionError */
  async checkVersionCompatibility(options: AbortOptions = {}): Promise<VersionCompatibility> {
    this.#engine.assertOpen();
    return checkVersion(this.#engine, checkOptions(options));
  }

  /** Ends sockets, timers, requests and waits (with ConnectionError). Later calls throw, but for `close` itself. */
  close(): Promise<void> {
    this.#closing ??= this.#engine.telemetry.run(
      { name: "close", onServer: true, kind: SpanKind.CLIENT, protocol: "websocket" },
      () => this.#engine.close(),
    );
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function checkFunction<Handler>(handler: Handler): Handler {
  if (typeof handler !== "function") throw invalid("handler", "must be a function");
  return handler;
}
