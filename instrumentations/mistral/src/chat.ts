import { chat } from "@kit/chat-completions";
import {
  ATTR,
  type Call,
  type Message,
  type RequestFacts,
  type ResponseFacts,
  textMessage,
  textOf,
} from "@kit/genai";
import { answerOnTheWire, messageOnTheWire, renamed, type SdkAnswer, type SdkMessage } from "./wire.js";

type Params = Parameters<typeof chat.request>[0];

/** What all kinds of calls are asked with: a model or an agent, a history or a prompt. */
interface SdkParams {
  readonly agentId?: string;
  readonly messages?: readonly SdkMessage[];
  readonly prompt?: string;
  readonly suffix?: string | null;
  readonly randomSeed?: number | null;
  readonly [member: string]: unknown;
}

/** A call that answers at once. `outputType` is for methods that take the format in a form of their own. */
export function answer(operation: string, outputType?: string): Call<[SdkParams], SdkAnswer> {
  return {
    request: (params) => readRequest(operation, params, outputType),
    response: (body, request) => readResponse(answerOnTheWire(body), request),
  };
}

/** A call whose answer is a stream of events, each with a chunk. */
export function stream(
  operation: string,
  outputType?: string,
): Call<[SdkParams], Record<string, unknown>, { data?: SdkAnswer }> {
  return {
    // The conventions know no streams of agents.
    request: (params) => ({
      ...readRequest(operation, params, outputType),
      stream: operation === "invoke_agent" ? undefined : true,
    }),
    response: readResponse,
    fold(content) {
      const fold = chat.fold?.(content);
      return {
        add: ({ data }) => fold?.add(answerOnTheWire(data ?? {})),
        body: () => ({ ...fold?.body() }),
      };
    },
  };
}

/** Reads the parameters that all kinds of calls share. */
export function readRequest(
  operation: string,
  params: SdkParams,
  outputType: string | undefined,
): RequestFacts {
  const { agentId, messages, prompt, suffix, randomSeed, responseFormat, ...rest } = params;
  const asked = {
    ...renamed(rest),
    seed: randomSeed,
    response_format: outputType ? undefined : responseFormat,
  };
  // A fill-in-the-middle completion is a prompt; its history would be empty.
  const history = () => (messages === undefined ? [] : messages.map((message) => messageOnTheWire(message)));
  const facts = chat.request(asked as Params);
  return {
    ...facts,
    operation,
    outputType: outputType ?? facts.outputType,
    reasoningLevel: operation === "invoke_agent" ? undefined : facts.reasoningLevel,
    ownAttributes: undefined,
    ...(agentId !== undefined && { attributes: { [ATTR.agentId]: textOf(agentId) } }),
    content: () =>
      operation === "text_completion"
        ? { inputMessages: readPrompt(prompt, suffix) }
        : (chat.request({ ...asked, messages: history() } as Params).content?.() ?? {}),
  };
}

/** What the model is to write stands between the two. */
function readPrompt(prompt: string | undefined, suffix: string | null | undefined): Message[] {
  const message = textMessage("user", textOf(prompt) ?? "");
  if (suffix) message.parts.push({ type: "x_suffix", content: suffix });
  return [message];
}

/** An answer as it was sent. None of it is OpenAI's own. */
function readResponse(body: Record<string, unknown>, request: RequestFacts): ResponseFacts {
  return ofOperation({ ...chat.response?.(body, request), ownAttributes: undefined }, request);
}

/** What an agent answers has no model, id and thoughts by the conventions. */
export function ofOperation(facts: ResponseFacts, { operation }: RequestFacts): ResponseFacts {
  if (operation !== "invoke_agent") return facts;
  const usage = facts.usage && { ...facts.usage, reasoning: undefined };
  return { ...facts, id: undefined, model: undefined, usage };
}
