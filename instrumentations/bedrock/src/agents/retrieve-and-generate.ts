import {
  type Call,
  type Fold,
  type MessagePart,
  type RequestFacts,
  type ResponseFacts,
  TextBuilder,
  textMessage,
} from "@kit/genai";
import { guardrail } from "../converse/converse.js";
import type { GenerationConfiguration } from "./wire.js";

interface Input {
  readonly sessionId?: string;
  readonly input?: { readonly text?: string };
  readonly retrieveAndGenerateConfiguration?: {
    readonly knowledgeBaseConfiguration?: GenerationConfiguration;
    readonly externalSourcesConfiguration?: GenerationConfiguration;
  };
}

interface Answer {
  readonly sessionId?: string | undefined;
  readonly output?: { readonly text?: string };
  readonly citations?: readonly unknown[];
  readonly guardrailAction?: string | undefined;
}

interface Event {
  readonly output?: { readonly text?: string };
  readonly citation?: object;
  readonly guardrail?: { readonly action?: string };
}

/** `RetrieveAndGenerateCommand`: a model answers from what a knowledge base has. */
export const generate: Call<[Input], Answer> = {
  request: (input) => readRequest(input, false),
  response: readAnswer,
};

/** `RetrieveAndGenerateStreamCommand`, whose session stands beside the stream. */
export function generateStream(): Call<[Input], Answer, Event> {
  let sessionId: string | undefined;
  return {
    request: (input) => readRequest(input, true),
    response: (answer) => readAnswer({ sessionId, ...answer }),
    streamIn(answer) {
      const { stream, sessionId: id } = (answer ?? {}) as { stream?: unknown; sessionId?: string };
      sessionId = id;
      return stream;
    },
    fold: (content) => new GenerationFold(content),
  };
}

function readRequest({ sessionId, input, ...asked }: Input, stream: boolean): RequestFacts {
  const { knowledgeBaseConfiguration: base, externalSourcesConfiguration: sources } =
    asked.retrieveAndGenerateConfiguration ?? {};
  const { modelArn, generationConfiguration: how } = base ?? sources ?? {};
  return {
    ...how?.inferenceConfig?.textInferenceConfig,
    operation: "chat",
    model: modelArn,
    stream,
    conversationId: sessionId,
    attributes: {
      ...guardrail(how?.guardrailConfiguration?.guardrailId),
      "aws.bedrock.knowledge_base.id": base?.knowledgeBaseId,
    },
    content: () => ({ inputMessages: input?.text ? [textMessage("user", input.text)] : [] }),
  };
}

/** The service tells neither usage nor why a model stopped, unless a guardrail answered in its place. */
function readAnswer({ sessionId, output, citations = [], guardrailAction }: Answer): ResponseFacts {
  return {
    conversationId: sessionId,
    finishReasons: guardrailAction === "INTERVENED" ? ["guardrail_intervened"] : undefined,
    content: () => {
      const message = textMessage("assistant", output?.text ?? "");
      const cited: MessagePart[] = citations.length > 0 ? [{ type: "citations", citations }] : [];
      return { outputMessages: output?.text ? [{ ...message, parts: [...message.parts, ...cited] }] : [] };
    },
  };
}

class GenerationFold implements Fold<Event, Answer> {
  readonly #content: boolean;
  readonly #text = new TextBuilder();
  readonly #citations: unknown[] = [];
  #guardrailAction: string | undefined;

  constructor(content: boolean) {
    this.#content = content;
  }

  add({ output, citation, guardrail }: Event): void {
    this.#guardrailAction = guardrail?.action ?? this.#guardrailAction;
    if (!this.#content) return;
    this.#text.add(output?.text);
    if (citation !== undefined) this.#citations.push(structuredClone(citation));
  }

  body(): Answer {
    const text = String(this.#text);
    return { output: { text }, citations: this.#citations, guardrailAction: this.#guardrailAction };
  }
}
