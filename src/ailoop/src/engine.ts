import { setMaxListeners } from "node:events";
import { DialectFinder } from "./calls/dialect.js";
import { Responder } from "./calls/responder.js";
import { Sender } from "./calls/sender.js";
import { ConnectionError } from "./errors.js";
import { Inbox } from "./inbox/inbox.js";
import type { HistorySource } from "./inbox/subscriptions.js";
import type { Settings } from "./options.js";
import { type Answer, Answers, type Prompt } from "./prompt/answers.js";
import { Awaiter } from "./prompt/awaiter.js";
import { HistoryPoller } from "./prompt/history-poller.js";
import { ATTR } from "./telemetry/attributes.js";
import { Telemetry } from "./telemetry/telemetry.js";
import { secondsBetween } from "./timing.js";
import { AgentLink } from "./transport/agent-link.js";
import { ConnectionEvents } from "./transport/connection-events.js";
import { HttpTransport } from "./transport/http.js";
import { ServerApi } from "./transport/server-api.js";
import { ViewerLink } from "./transport/viewer-link.js";

/** Wires the parts of a client together: both sockets feed one inbox, which feeds waits and handlers. */
export class Engine {
  readonly settings: Settings;
  readonly telemetry: Telemetry;
  readonly api: ServerApi;
  readonly answers: Answers;
  readonly inbox: Inbox;
  readonly viewer: ViewerLink;
  readonly connectionEvents = new ConnectionEvents();
  readonly dialect: DialectFinder;
  readonly sender: Sender;
  readonly responder: Responder;
  readonly awaiter: Awaiter;
  readonly #agent: AgentLink;
  readonly #poller: HistoryPoller;
  readonly #closed = new AbortController();

  constructor(settings: Settings) {
    setMaxListeners(0, this.#closed.signal); // every request under way listens to it
    this.settings = settings;
    this.telemetry = new Telemetry(settings);
    this.api = new ServerApi(new HttpTransport(settings, this.#closed.signal));
    this.answers = new Answers(
      (prompt, answer) => this.#measure(prompt, answer),
      () => this.#poller.update(),
    );
    this.inbox = new Inbox({
      maxQueued: settings.maxQueuedMessages,
      answers: this.answers,
      telemetry: this.telemetry,
      connectionEvents: this.connectionEvents,
      onMessage: (message) => this.#agent.receive(message),
    });
    const onText = (text: string) => this.inbox.accept(text);
    this.viewer = new ViewerLink(settings, this.telemetry, this.connectionEvents, {
      onText,
      onChange: (reopened) => this.#viewerChanged(reopened),
    });
    this.#agent = new AgentLink(settings, onText);
    this.#poller = new HistoryPoller({
      answers: this.answers,
      isLive: () => this.viewer.isOpen,
      isExhausted: () => this.viewer.isExhausted,
      history: (channel) => this.api.history(channel),
    });
    this.dialect = new DialectFinder(settings.dialect, () => this.api.health());
    this.sender = new Sender(this.api, this.#agent, this.answers, this.telemetry, settings.propagateTrace);
    this.responder = new Responder(this.api, this.inbox.origins, this.answers, this.telemetry);
    this.awaiter = new Awaiter(this.api, this.viewer, this.answers, this.telemetry);
  }

  assertOpen(): void {
    this.#closed.signal.throwIfAborted();
  }

  /** The history that a new subscription skips, so that handlers get only what is new. */
  get pastToSkip(): HistorySource | undefined {
    if (this.settings.history === "deliver") return undefined;
    return {
      channels: () => this.api.channels(),
      history: (channel) => this.api.history(channel),
    };
  }

  /** Ends requests, waits, sockets and timers. */
  async close(): Promise<void> {
    const error = new ConnectionError("client closed");
    this.#closed.abort(error);
    this.answers.close(error);
    this.inbox.close();
    await Promise.all([this.viewer.close(error), this.#agent.close(error)]);
  }

  #viewerChanged(reopened: boolean): void {
    this.#poller.update();
    if (reopened) void this.#poller.poll();
  }

  #measure(prompt: Prompt, { response, at }: Answer): void {
    if (!prompt.own) return;
    this.telemetry.humanAnswered(secondsBetween(prompt.sentAt, at), prompt.channel, {
      [ATTR.CONTENT_TYPE]: prompt.contentType,
      [ATTR.RESPONSE_TYPE]: response.content.responseType,
    });
  }
}
