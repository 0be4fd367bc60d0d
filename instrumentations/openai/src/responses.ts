import { ATTR, type Call, type Content, type ResponseFacts } from "@kit/genai";
import type { ResponseCreateParams } from "openai/resources/responses/responses";
import { formatType, requestAttributes, responseAttributes } from "./chat.js";
import { foldResponse, type ResponseEvent } from "./response-fold.js";
import {
  isClientCall,
  type ResponseItem,
  readInput,
  readInstructions,
  readOutput,
  readResponseTools,
} from "./response-items.js";
import { readTokenUsage, type TokenUsage } from "./usage.js";

type Params = Omit<Partial<ResponseCreateParams>, "input" | "tools"> & {
  input?: string | readonly ResponseItem[];
  tools?: readonly Record<string, unknown>[];
};

/** The body of a response, complete or on its way. */
export interface ResponseBody {
  id?: string;
  model?: string;
  status?: string | null;
  output?: readonly ResponseItem[];
  usage?: TokenUsage | null;
  error?: { code?: string; message?: string } | null;
  incomplete_details?: { reason?: string } | null;
  conversation?: { id?: string } | null;
  instructions?: string | readonly ResponseItem[] | null;
  tools?: readonly Record<string, unknown>[];
  service_tier?: string | null | undefined;
}

/** `POST /responses`, streamed, parsed or in the background. */
export const responses: Call<[Params], ResponseBody, ResponseEvent> = {
  request: (params) => ({
    operation: "chat",
    model: params.model,
    stream: params.stream,
    maxTokens: params.max_output_tokens,
    temperature: params.temperature,
    topP: params.top_p,
    outputType: formatType(params.text?.format),
    reasoningLevel: params.reasoning?.effort,
    previousResponseId: params.previous_response_id,
    conversationId: typeof params.conversation === "string" ? params.conversation : params.conversation?.id,
    ownAttributes: requestAttributes("responses", params.service_tier),
    content: () => readRequest(params),
  }),
  response: (body) => ({
    ...readFacts(body),
    usage: readTokenUsage(body.usage),
    error: readFailure(body),
    ...(isPending(body) && body.id !== undefined && { linkAs: [body.id] }),
    content: () => ({ outputMessages: readOutput(body.output) }),
  }),
  fold: foldResponse,
};

/** `POST /responses/compact`: the answer stands for the conversation so far. */
export const compact: Call<[Params], ResponseBody> = {
  request: (params) => responses.request(params),
  response: (body) => ({
    id: body.id,
    model: body.model,
    finishReasons: ["stop"],
    compacted: true,
    usage: readTokenUsage(body.usage),
    ownAttributes: responseAttributes(body),
    content: () => ({ outputMessages: readOutput(body.output) }),
  }),
};

/** `GET /responses/{id}`: reading an answer is not generating it, so no usage and no failure of the answer itself. */
export const retrieve: Call<[id: string, query?: { starting_after?: number }], ResponseBody, ResponseEvent> =
  {
    request: (id, query) => ({
      operation: "fetch_response",
      streamCursor: query?.starting_after,
      attributes: { [ATTR.responseId]: id },
      ownAttributes: { [ATTR.openaiApiType]: "responses" },
      linkTo: [id],
    }),
    response: (body) => ({
      ...readFacts(body),
      status: body.status,
      content: () => ({
        systemInstructions: readInstructions(body.instructions),
        outputMessages: readOutput(body.output),
        toolDefinitions: readResponseTools(body.tools),
      }),
    }),
    fold: foldResponse,
  };

function readRequest(params: Params): Content {
  return {
    ...(params.instructions != null && { systemInstructions: readInstructions(params.instructions) }),
    inputMessages: readInput(params.input),
    toolDefinitions: readResponseTools(params.tools),
  };
}

function readFacts(body: ResponseBody): ResponseFacts {
  return {
    id: body.id,
    model: body.model,
    finishReasons: readFinishReasons(body),
    conversationId: body.conversation?.id,
    ownAttributes: responseAttributes(body),
    ...(body.output?.some((item) => item.type === "compaction") && { compacted: true }),
  };
}

/** The API has no finish reason of its own; its status stands for one. */
function readFinishReasons({
  status,
  output,
  incomplete_details: details,
}: ResponseBody): (string | null)[] | undefined {
  if (status === "queued" || status === "in_progress") return undefined;
  if (status === "completed") return [output?.some(isClientCall) ? "tool_calls" : "stop"];
  if (status === "incomplete") {
    return [details?.reason === "max_output_tokens" ? "length" : (details?.reason ?? null)];
  }
  return [null];
}

function isPending({ status }: ResponseBody): boolean {
  return status === "queued" || status === "in_progress";
}

function readFailure({ status, error }: ResponseBody): ResponseFacts["error"] {
  if (status !== "failed") return undefined;
  return { type: error?.code ?? "failed", message: error?.message };
}
