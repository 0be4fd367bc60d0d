import { SpanKind, trace } from "@opentelemetry/api";
import { invalid } from "../errors.js";
import type { Origin, Origins } from "../inbox/origins.js";
import { checkId, checkOneOf } from "../model/checks.js";
import { ResponseType } from "../model/content.js";
import { createResponse } from "../model/create.js";
import type { Message } from "../model/message.js";
import type { Answers } from "../prompt/answers.js";
import { ATTR } from "../telemetry/attributes.js";
import { messageAttributes } from "../telemetry/message-attributes.js";
import type { Operation } from "../telemetry/operation.js";
import type { Telemetry } from "../telemetry/telemetry.js";
import { now } from "../timing.js";
import type { ServerApi } from "../transport/server-api.js";
import type { RespondOptions } from "./options.js";

interface Answering {
  readonly id: string;
  readonly answer: string | null;
  readonly responseType: ResponseType;
  readonly via: "response" | "message";
  readonly signal: AbortSignal | undefined;
}

/** Answers messages, in the trace of the one who asked. */
export class Responder {
  readonly #api: ServerApi;
  readonly #origins: Origins;
  readonly #answers: Answers;
  readonly #telemetry: Telemetry;

  constructor(api: ServerApi, origins: Origins, answers: Answers, telemetry: Telemetry) {
    this.#api = api;
    this.#origins = origins;
    this.#answers = answers;
    this.#telemetry = telemetry;
  }

  async respond(originalMessageId: string, options: RespondOptions): Promise<Message> {
    const answering = readOptions(originalMessageId, options);
    const startedAt = now();
    // Looked up before the span starts: the original names the trace that the span belongs to.
    const { origin, failure } = await this.#lookUp(answering);
    const asked = this.#telemetry.extract(origin?.metadata);
    const producer = answering.via === "message";
    const response = await this.#telemetry.run(
      {
        name: "respond",
        channel: origin?.channel,
        kind: producer ? SpanKind.PRODUCER : SpanKind.CLIENT,
        type: "send",
        protocol: "http",
        parent: trace.getActiveSpan() ? undefined : asked?.context,
        links: asked ? [asked.link] : [],
        startEpochMs: startedAt.epochMs,
      },
      async (operation) => {
        this.#describe(operation, answering);
        if (!origin) throw failure;
        const sent = await this.#send(answering, origin, operation);
        operation.set(messageAttributes(sent));
        return sent;
      },
      answering.signal,
    );
    this.#answers.receive(response); // an own prompt is settled without waiting for the broadcast
    return response;
  }

  async #lookUp({ id, signal }: Answering): Promise<{ origin?: Origin; failure?: unknown }> {
    const heard = this.#origins.get(id);
    if (heard) return { origin: heard };
    try {
      return { origin: (await this.#api.getMessage(id, { signal })) as Origin };
    } catch (failure) {
      return { failure };
    }
  }

  #describe(operation: Operation, { id, answer, responseType }: Answering): void {
    operation.set({
      [ATTR.CONVERSATION_ID]: id,
      [ATTR.RESPONSE_TYPE]: responseType,
      [ATTR.RESPONSE_ANSWER]: this.#telemetry.content(answer),
    });
  }

  #send(answering: Answering, origin: Origin, operation: Operation): Promise<Message> {
    const { id, answer, responseType, via, signal } = answering;
    const carrier = operation.carrier();
    const onStatus = (status: number) => operation.set({ [ATTR.HTTP_STATUS]: status });
    const request = { signal, trace: carrier, onStatus };
    if (via === "response") return this.#api.postResponse(id, answer, responseType, request);
    const metadata = Object.keys(carrier).length === 0 ? undefined : carrier;
    const { channel } = origin;
    return this.#api.postMessage(createResponse(id, { answer, responseType, channel, metadata }), request);
  }
}

function readOptions(originalMessageId: string, options: RespondOptions): Answering {
  const { answer = null, responseType = "text", via = "response", signal } = options;
  const id = checkId(originalMessageId, "originalMessageId");
  checkOneOf(responseType, ResponseType, "responseType");
  if (answer !== null && typeof answer !== "string") throw invalid("answer", "must be a string or null");
  if (via !== "response" && via !== "message") throw invalid("via", "must be response or message");
  return { id, answer, responseType, via, signal };
}
