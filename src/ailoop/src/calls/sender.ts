import { SpanKind } from "@opentelemetry/api";
import { AiloopError, ValidationError } from "../errors.js";
import type { Message } from "../model/message.js";
import { isPrompt, promptChoices, promptText } from "../model/prompt.js";
import type { PromptTransport } from "../options.js";
import type { Answers } from "../prompt/answers.js";
import { ATTR } from "../telemetry/attributes.js";
import { messageAttributes, promptAttributes } from "../telemetry/message-attributes.js";
import type { Operation } from "../telemetry/operation.js";
import type { Telemetry } from "../telemetry/telemetry.js";
import { now } from "../timing.js";
import type { AgentLink } from "../transport/agent-link.js";
import type { ServerApi } from "../transport/server-api.js";

/** Seconds a navigation is waited for: its content has no timeout of its own. */
export const DEFAULT_WAIT_SECONDS = 300;

/** One message on its way out. */
export interface Outgoing {
  /** `ask`, `say`, …: first word of the span's name. */
  readonly operation: string;
  readonly channel: string;
  readonly transport: PromptTransport;
  readonly signal: AbortSignal | undefined;
  /** Makes the message, inside the span, so that an invalid one fails the span. */
  compose(): Message | Promise<Message>;
  /** Another form of a message that the server refused; it is tried once. */
  rewrite?(error: unknown): Message | undefined;
  /** Seconds to wait for the answer, where the content does not say. */
  readonly timeout?: number | undefined;
}

/** Sends messages inside a PRODUCER span, over either transport, and registers prompts before they leave. */
export class Sender {
  readonly #api: ServerApi;
  readonly #agent: AgentLink;
  readonly #answers: Answers;
  readonly #telemetry: Telemetry;
  readonly #kind: SpanKind;

  constructor(
    api: ServerApi,
    agent: AgentLink,
    answers: Answers,
    telemetry: Telemetry,
    propagateTrace: boolean,
  ) {
    this.#api = api;
    this.#agent = agent;
    this.#answers = answers;
    this.#telemetry = telemetry;
    // By the conventions a send is a PRODUCER when its context travels in the message, else a CLIENT.
    this.#kind = propagateTrace ? SpanKind.PRODUCER : SpanKind.CLIENT;
  }

  /** Resolves to the message as the server has it: its reply over HTTP, its echo over the socket. */
  send(outgoing: Outgoing): Promise<Message> {
    const { operation: name, channel, transport, signal } = outgoing;
    const protocol = transport === "http" ? "http" : "websocket";
    return this.#telemetry.run(
      { name, channel, kind: this.#kind, type: "send", protocol },
      async (operation) => {
        operation.set({ [ATTR.TRANSPORT]: transport });
        const message = await outgoing.compose();
        try {
          return await this.#dispatch(message, outgoing, operation);
        } catch (error) {
          const rewritten = outgoing.rewrite?.(error);
          if (!rewritten) throw error;
          return await this.#dispatch(rewritten, outgoing, operation);
        }
      },
      signal,
    );
  }

  async #dispatch(composed: Message, outgoing: Outgoing, operation: Operation): Promise<Message> {
    const trace = operation.carrier();
    const message = withTrace(composed, trace);
    const timeout = readTimeout(message, outgoing);
    operation.set(messageAttributes(message));
    if (isPrompt(message)) {
      operation.set(promptAttributes(message, timeout, this.#telemetry.content(promptText(message))));
      if (outgoing.operation === "ask") operation.set({ [ATTR.DIALECT]: message.content.type });
      this.#expect(message, outgoing, timeout, operation);
    }
    try {
      const echo = await this.#deliver(message, outgoing, operation, trace);
      this.#answers.update(message.id, { sentAt: now() });
      return echo;
    } catch (error) {
      if (wasRefused(error)) this.#answers.forget(message.id);
      throw error;
    }
  }

  #deliver(
    message: Message,
    { transport, signal }: Outgoing,
    operation: Operation,
    trace: Record<string, string>,
  ): Promise<Message> {
    if (transport === "websocket") return this.#agent.send(message, trace, signal);
    const onStatus = (status: number) => operation.set({ [ATTR.HTTP_STATUS]: status });
    return this.#api.postMessage(message, { signal, trace, onStatus });
  }

  #expect(message: Message, { transport }: Outgoing, timeout: number, operation: Operation): void {
    this.#answers.expect({
      id: message.id,
      channel: message.channel,
      choices: promptChoices(message),
      transport,
      contentType: message.content.type,
      timeout,
      own: true,
      sentAt: now(),
      spanContext: operation.spanContext,
    });
  }
}

/** What a prompt itself asks for, else what the caller said, else five minutes. */
export function readTimeout(
  { content }: Message,
  { timeout }: { timeout?: number | undefined } = {},
): number {
  return "timeoutSeconds" in content ? content.timeoutSeconds : (timeout ?? DEFAULT_WAIT_SECONDS);
}

/** Trace keys win over the user's: a stale `traceparent` would join the wrong trace. */
function withTrace(message: Message, trace: Record<string, string>): Message {
  if (Object.keys(trace).length === 0) return message;
  return { ...message, metadata: { ...message.metadata, ...trace } };
}

/** True when the server certainly did not store the message; a lost reply, for example, leaves that open. */
function wasRefused(error: unknown): boolean {
  return error instanceof ValidationError || (error instanceof AiloopError && error.status !== undefined);
}
