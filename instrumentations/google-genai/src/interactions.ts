import {
  ATTR,
  type Call,
  KIT_ATTR,
  objectsOf,
  type RequestFacts,
  type ResponseFacts,
  type ToolDefinition,
  textOf,
} from "@kit/genai";
import { readInstructions } from "./content.js";
import { outputTypeOf } from "./generate-content.js";
import { type InteractionBody, toUsageMetadata } from "./interaction-body.js";
import { type InteractionEvent, InteractionFold } from "./interaction-fold.js";
import { type InteractionInput, readInput, readOutput, readStepTools } from "./interaction-steps.js";
import { readUsage } from "./usage.js";

interface Params {
  model?: string | null;
  agent?: string | null;
  input?: InteractionInput;
  stream?: boolean | null;
  system_instruction?: string | null;
  tools?: readonly ToolDefinition[] | null;
  previous_interaction_id?: string | null;
  response_format?: unknown;
  response_mime_type?: string | null;
  response_modalities?: readonly string[] | null;
  generation_config?: {
    max_output_tokens?: number | null;
    temperature?: number | null;
    top_p?: number | null;
    seed?: number | null;
    stop_sequences?: string[] | null;
    thinking_level?: string | null;
  } | null;
}

/** `interactions.create()`: a model is asked, or an agent of Google's. The SDK may continue it in further requests. */
export const interaction: Call<[Params], InteractionBody, InteractionEvent> = {
  request: (params): RequestFacts => {
    const { model, agent, stream, generation_config: config } = params;
    const ofAgent = agent != null;
    return {
      operation: ofAgent ? "invoke_agent" : "generate_content",
      ...(!ofAgent && { model }),
      // The conventions know no streams of agents.
      stream: ofAgent ? undefined : stream,
      maxTokens: config?.max_output_tokens,
      temperature: config?.temperature,
      topP: config?.top_p,
      seed: config?.seed,
      stopSequences: config?.stop_sequences,
      reasoningLevel: ofAgent ? undefined : textOf(config?.thinking_level)?.toLowerCase(),
      outputType: readOutputType(params),
      previousResponseId: params.previous_interaction_id,
      attributes: ofAgent ? { [ATTR.agentId]: textOf(agent) } : undefined,
      content: () => ({
        systemInstructions: readInstructions(params.system_instruction),
        inputMessages: readInput(params.input),
        toolDefinitions: readStepTools(params.tools),
      }),
    };
  },
  response: (body, { operation }): ResponseFacts => {
    const facts = readFacts(body);
    const usage = readUsage(toUsageMetadata(body));
    const failure = body.status === "failed" ? (objectsOf(body.errors)[0] ?? {}) : undefined;
    return {
      ...facts,
      usage,
      // What an agent answers has no model, id and thoughts by the conventions.
      ...(operation === "invoke_agent" && {
        id: undefined,
        model: undefined,
        usage: usage && { ...usage, reasoning: undefined },
      }),
      error: failure && { type: textOf(failure.code) || "failed", message: textOf(failure.message) },
      linkAs: body.id != null && isPending(body.status) ? [body.id] : undefined,
      attributes: { [KIT_ATTR.responseServiceTier]: textOf(body.service_tier) },
    };
  },
  fold: (content) => new InteractionFold(content),
};

/** `interactions.get()`. Fetching generates nothing, so that fetching what failed is no failure. */
export const fetchInteraction: Call<
  [id: string, query?: { last_event_id?: string } | null],
  InteractionBody,
  InteractionEvent
> = {
  request: (id, query) => ({
    operation: "fetch_response",
    streamCursor: query?.last_event_id,
    attributes: { [ATTR.responseId]: id },
    linkTo: [id],
  }),
  response: (body) => {
    const { content, ...facts } = readFacts(body);
    return {
      ...facts,
      status: body.status,
      content: () => ({
        systemInstructions: readInstructions(body.system_instruction),
        toolDefinitions: readStepTools(body.tools),
        ...content?.(),
      }),
    };
  },
  fold: (content) => new InteractionFold(content),
};

function readFacts(body: InteractionBody): ResponseFacts {
  return {
    id: body.id,
    model: body.model,
    finishReasons:
      body.status === undefined || isPending(body.status) ? undefined : [finishReasonOf(body.status)],
    content: () => ({ outputMessages: readOutput(body.steps) }),
  };
}

function isPending(status: InteractionBody["status"]): boolean {
  return status === "queued" || status === "in_progress";
}

/** The API has no finish reasons; they follow from the status, as those of OpenAI's Responses do. */
function finishReasonOf(status: string | null): string | null {
  if (status === "completed") return "stop";
  if (status === "requires_action") return "tool_calls";
  if (status === "incomplete") return "length";
  return status === "failed" || status === "cancelled" ? null : status;
}

function readOutputType(params: Params): string | undefined {
  const [format] = objectsOf(
    [params.response_format ?? null].flat() as { type?: unknown; mime_type?: unknown }[],
  );
  const type = textOf(format?.type);
  const mimeType = textOf(format?.mime_type) ?? params.response_mime_type;
  return outputTypeOf(mimeType, params.response_modalities ?? (type ? [type] : []));
}
