import { type CompletionUsage, readCompletionUsage } from "@kit/chat-completions";
import {
  ATTR,
  type Call,
  objectsOf,
  type RequestFacts,
  type ResponseFacts,
  readParts,
  textOf,
} from "@kit/genai";
import { ofOperation, readRequest } from "./chat.js";
import { type ConversationBody, type ConversationEvent, ConversationFold } from "./conversation-fold.js";
import { type Entry, readInputs, readOutputs } from "./entries.js";
import { type Usage, usageOnTheWire } from "./wire.js";

/** Whom a conversation is with. */
interface Partner {
  readonly agentId?: string | null | undefined;
  readonly model?: string | null | undefined;
}

interface Asked extends Partner {
  readonly agentVersion?: string | number | null;
  readonly inputs?: string | readonly Entry[];
  readonly instructions?: string | null;
  readonly tools?: readonly object[] | null;
  readonly completionArgs?: Readonly<Record<string, unknown>> | null;
}

/** Going on names the conversation, with what is asked in a member of its own. */
type Params = Asked & { readonly conversationId?: string; readonly [member: string]: unknown };

type Ask = Call<[Params], ConversationBody, ConversationEvent>;

const MAX_REMEMBERED = 1_000;

/**
 * `beta.conversations`. Only who starts one names the model or the agent: it is remembered for those who go on with it in
 * the same process. The oldest is forgotten first.
 */
export function conversations(): Readonly<Record<string, Ask>> {
  const partners = new Map<string, Partner>();
  function remember(id: string | undefined, partner: Partner): void {
    if (id === undefined || (partner.agentId == null && partner.model == null)) return;
    const [oldest] = partners.keys();
    if (partners.size >= MAX_REMEMBERED && oldest !== undefined && !partners.has(id)) partners.delete(oldest);
    partners.set(id, partner);
  }
  const ask = (member?: string, streamed?: true): Ask => ({
    request: (params) => {
      const asked = (member === undefined ? params : params[member]) as Asked | null | undefined;
      const { conversationId: id } = params;
      const partner = member === undefined ? params : partners.get(id ?? "");
      return { ...readAsked(asked ?? {}, partner ?? {}, streamed), conversationId: id };
    },
    response: ({ conversationId, outputs, usage, error }, request) => {
      const entries = objectsOf(outputs);
      const agentId =
        textOf(request.attributes?.[ATTR.agentId]) ?? entries.find((each) => each.agentId)?.agentId;
      remember(conversationId, { agentId, model: request.model });
      const facts: ResponseFacts = {
        model: entries.findLast((each) => each.model)?.model,
        // Starting again makes a conversation of its own.
        conversationId,
        usage: readUsage(usage),
        error: error && { type: String(error.code ?? "_OTHER"), message: textOf(error.message) },
        content: () => ({ outputMessages: readOutputs(entries) }),
      };
      return ofOperation(facts, request);
    },
    ...(streamed && { fold: (content) => new ConversationFold(content) }),
  });
  return {
    start: ask(),
    startStream: ask(undefined, true),
    append: ask("conversationAppendRequest"),
    appendStream: ask("conversationAppendStreamRequest", true),
    restart: ask("conversationRestartRequest"),
    restartStream: ask("conversationRestartStreamRequest", true),
  };
}

function readAsked(asked: Asked, { agentId, model }: Partner, streamed: true | undefined): RequestFacts {
  const { agentVersion, inputs, instructions, tools, completionArgs } = asked;
  const ofAgent = agentId != null;
  const facts = readRequest(
    ofAgent ? "invoke_agent" : "chat",
    { ...completionArgs, tools, ...(ofAgent ? { agentId } : { model }) },
    undefined,
  );
  return {
    ...facts,
    // The conventions know no streams of agents.
    stream: ofAgent ? undefined : streamed,
    ...(ofAgent &&
      agentVersion != null && {
        attributes: { ...facts.attributes, [ATTR.agentVersion]: String(agentVersion) },
      }),
    content: () => ({
      ...facts.content?.(),
      systemInstructions: readParts(instructions, () => []),
      inputMessages: readInputs(inputs),
    }),
  };
}

/** What connectors find goes to the model too, and is counted beside the prompt, as the total shows. */
function readUsage(used: Usage | null | undefined) {
  const usage: (CompletionUsage & { connector_tokens?: number | null }) | null = usageOnTheWire(used);
  const { prompt_tokens: prompt, completion_tokens: completed, total_tokens: total } = usage ?? {};
  const input = (prompt ?? 0) + (usage?.connector_tokens ?? 0);
  const isBeside = total === input + (completed ?? 0);
  return readCompletionUsage(isBeside ? { ...usage, prompt_tokens: input } : usage);
}
