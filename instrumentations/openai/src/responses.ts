import { formatType, readTokenUsage, withOwnAttributes } from "@kit/chat-completions";
import { ATTR, type Call, type Foreign, type ResponseFacts, readParameters, textOf } from "@kit/genai";
import type { ResponseCreateParams, ResponsePrompt } from "openai/resources/responses/responses";
import { foldResponse, type ResponseBody, type ResponseEvent } from "./response-fold.js";
import {
  isClientCall,
  readInput,
  readInstructions,
  readOutput,
  readResponseTools,
} from "./response-items.js";

type Params = Foreign<ResponseCreateParams>;
/** A prompt stored at OpenAI. It has no name here but its id. */
type PromptTemplate = Foreign<ResponsePrompt>;

/** `POST /responses`, streamed, parsed or in the background. */
export const responses: Call<[Params], ResponseBody, ResponseEvent> = withOwnAttributes(
  {
    path: "/responses",
    request(params) {
      const facts = readParameters("chat", params);
      facts.maxTokens = params.max_output_tokens;
      facts.outputType = formatType(params.text?.format);
      facts.reasoningLevel = params.reasoning?.effort;
      facts.previousResponseId = params.previous_response_id;
      facts.conversationId = textOf(params.conversation) ?? Object(params.conversation).id;
      facts.attributes = readPromptTemplate(params.prompt);
      facts.content = () => ({
        systemInstructions: readInstructions(params.instructions),
        inputMessages: readInput(params.input),
        toolDefinitions: readResponseTools(params.tools),
        promptVariables: readPromptVariables(params.prompt),
      });
      return facts;
    },
    response: (body) => ({
      ...readFacts(body),
      // If the request names no version, the answer tells which one was used.
      attributes: readPromptTemplate(body.prompt),
      error: readFailure(body),
      // The rest of a pending response, or of a broken stream, can be fetched.
      linkAs: body.id != null && (body.status === null || isPending(body)) ? [body.id] : undefined,
      content: () => ({ outputMessages: readOutput(body.output) }),
    }),
    fold: foldResponse,
  },
  "responses",
);

/** `POST /responses/compact`: the answer replaces the conversation so far. */
export const compact: Call<[Params], ResponseBody> = withOwnAttributes(
  {
    path: "/responses/compact",
    request: (params) => responses.request(params),
    response: (body) => ({
      ...readFacts(body),
      finishReasons: ["stop"],
      compacted: true,
      content: () => ({ outputMessages: readOutput(body.output) }),
    }),
  },
  "responses",
);

/** `GET /responses/{id}`. Fetching generates nothing, so that fetching a failed response is no failure. */
export const retrieve: Call<[id: string, query?: { starting_after?: number }], ResponseBody, ResponseEvent> =
  withOwnAttributes(
    {
      request: (id, query) => ({
        operation: "fetch_response",
        streamCursor: query?.starting_after,
        attributes: { [ATTR.responseId]: id },
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
    },
    "responses",
  );

function readPromptTemplate(prompt: PromptTemplate | null | undefined): ResponseFacts["attributes"] {
  if (prompt?.id == null) return undefined;
  return { [ATTR.promptName]: prompt.id, [ATTR.promptVersion]: prompt.version ?? undefined };
}

/** A variable is a string or a content part, such as an image. */
function readPromptVariables(prompt: PromptTemplate | null | undefined): Record<string, string> {
  const told = Object.entries(prompt?.variables ?? {}).map(([name, value]) => [
    name,
    textOf(value) ?? textOf(Object(value).text) ?? JSON.stringify(value),
  ]);
  return Object.fromEntries(told);
}

/** Hosted tools are billed beside the answer: pictures, unless broken down, as output of the model that drew them. */
function readUsage({ usage, tool_usage: hosted, tools, output }: ResponseBody): ResponseFacts["usage"] {
  const drawn = hosted?.image_gen;
  const model = tools?.find(({ type }) => type === "image_generation")?.model ?? "unknown";
  const pictures = { output_tokens_details: { image_tokens: drawn?.output_tokens }, ...drawn, model };
  const read = readTokenUsage(usage, drawn?.output_tokens ? pictures : undefined);
  const fileSearches = output?.filter(({ type }) => type === "file_search_call").length;
  return read && { ...read, webSearches: hosted?.web_search?.num_requests, fileSearches };
}

function readFacts(body: ResponseBody): ResponseFacts {
  return {
    id: body.id,
    model: body.model,
    finishReasons: readFinishReasons(body),
    conversationId: body.conversation?.id,
    usage: readUsage(body),
    // What was used in the background is known only when it is fetched, unless a stream of the call told it before.
    usageOf: body.background === true && !isPending(body) ? body.id : undefined,
    compacted: body.output?.some((item) => item.type === "compaction"),
  };
}

/** The API has no finish reasons; they follow from the status. */
function readFinishReasons(body: ResponseBody): (string | null)[] | undefined {
  if (isPending(body) || body.status === undefined) return undefined;
  if (body.status === "completed") return [body.output?.some(isClientCall) ? "tool_calls" : "stop"];
  const reason = body.status === "incomplete" ? body.incomplete_details?.reason : undefined;
  return [reason === "max_output_tokens" ? "length" : (reason ?? null)];
}

function isPending({ status }: ResponseBody): boolean {
  return status === "queued" || status === "in_progress";
}

/** Some gateways answer with status 200 and nothing but an error. */
function readFailure({ status, error }: ResponseBody): ResponseFacts["error"] {
  if (status !== "failed" && (status !== undefined || error == null)) return undefined;
  return { type: String(error?.code ?? error?.type ?? "failed"), message: textOf(error?.message) };
}
