import { parseJson, type ResponseFacts } from "@kit/genai";
import { startTool, type Telemetry } from "@kit/genai/framework";
import type { Members } from "./names.js";
import type { Run } from "./run/run.js";
import type { Translation } from "./run/translation.js";

/** What the start callback of a tool reports. */
export interface StartedTool {
  readonly serialized?: { readonly id?: readonly string[]; readonly name?: string };
  readonly input: unknown;
  readonly name?: string | undefined;
  readonly callId?: string | undefined;
}

/** One run of a tool. The tool itself knows more than its callback reports, if there was one. */
export function translateTool(run: Run, telemetry: Telemetry, told: StartedTool): Translation {
  run.agent?.addTool();
  const { receiver, args = [] } = run.call ?? {};
  const { serialized, input } = told;
  const { name, description } = (receiver ?? {}) as { name?: string; description?: string };
  const tool = {
    name: name ?? told.name ?? serialized?.name ?? serialized?.id?.at(-1) ?? "tool",
    description,
    callId: told.callId ?? readCallId(args),
  };
  const content = () => ({ toolArguments: parseJson(input) });
  return { when: "at once", record: ({ parent }) => startTool(telemetry, tool, parent, content) };
}

/** Callbacks report the id from 1.0 on. In 0.3 it is in the call itself or beside it, in 0.2 in the configuration. */
function readCallId([input, config]: readonly unknown[]): string | undefined {
  const call = input as { type?: string; id?: string } | null | undefined;
  if (call?.type === "tool_call") return call.id;
  const { toolCall, configurable } = (config ?? {}) as Readonly<Record<string, Members | undefined>>;
  return (toolCall?.id ?? configurable?.tool_call_id) as string | undefined;
}

/** Reads what a tool returned: a value, a message for the model, or a command to the graph that holds such a message. */
export function readToolResult(output: unknown): ResponseFacts {
  const { update } = (output ?? {}) as { update?: { messages?: unknown } };
  const messages = Array.isArray(update?.messages) ? update.messages : [output];
  const message = (messages as (Members | null)[]).find((each) => each?.tool_call_id !== undefined);
  if (message == null) return { content: () => ({ toolResult: parseJson(output) }) };
  return {
    ...(message.status === "error" && { error: { type: "tool_error" } }),
    content: () => ({ toolResult: parseJson(message.content) }),
  };
}
