import { type Message, type MessagePart, type ToolDefinition, textMessage, toMediaPart } from "@kit/genai";
import type { ActionGroup, AgentEvent, AskedAction, DoneAction, SentFile, SessionState } from "./wire.js";

/** Reads what an agent is told: what was said before, what came of its actions, a text, files. */
export function readInput(text: string | undefined, state: SessionState = {}): Message[] {
  const { conversationHistory, returnControlInvocationResults: results = [], invocationId: id } = state;
  const before = (conversationHistory?.messages ?? []).map(
    ({ role = "user", content }): Message => ({
      role,
      parts: (content ?? []).map((block) => ({ type: "text", content: block.text ?? "" })),
    }),
  );
  const done = results.map(
    ({ apiResult, functionResult }): MessagePart => ({
      type: "tool_call_response",
      id,
      response: readResult(apiResult ?? functionResult ?? {}),
    }),
  );
  const said = text ? textMessage("user", text).parts : [];
  const asked = [...said, ...(state.files ?? []).flatMap(readSentFile)];
  return [
    ...before,
    ...(done.length > 0 ? [{ role: "tool", parts: done }] : []),
    ...(asked.length > 0 ? [{ role: "user", parts: asked }] : []),
  ];
}

function readResult({ responseBody = {} }: DoneAction): unknown {
  const bodies = Object.values(responseBody);
  return bodies.length === 1 ? bodies[0]?.body : responseBody;
}

function readSentFile({ source }: SentFile): MessagePart | [] {
  const { byteContent, s3Location } = source ?? {};
  return toFilePart(byteContent?.data, byteContent?.mediaType, s3Location?.uri);
}

function toFilePart(bytes?: Uint8Array, mimeType?: string, url?: string): MessagePart | [] {
  const data = bytes && Buffer.from(bytes).toString("base64");
  const modality = mimeType?.startsWith("image/") ? "image" : "document";
  return toMediaPart(modality, { data, url, mimeType }) ?? [];
}

/** Reads the files that an agent made. */
export function readMadeFiles({ files = [] }: NonNullable<AgentEvent["files"]>): MessagePart[] {
  return files.flatMap(({ bytes, type }) => toFilePart(bytes, type));
}

/** Reads the actions that an agent asks the application for. All that it asks for at once have one id. */
export function readAsked(asked: NonNullable<AgentEvent["returnControl"]>): MessagePart[] {
  const { invocationId: id, invocationInputs = [] } = asked;
  return invocationInputs.map(({ apiInvocationInput, functionInvocationInput }) => {
    const action = functionInvocationInput ?? apiInvocationInput ?? {};
    return { type: "tool_call", id, name: nameOf(action), arguments: readArguments(action) };
  });
}

function nameOf({ function: name, httpMethod, apiPath }: AskedAction): string {
  return name ?? [httpMethod, apiPath].filter(Boolean).join(" ");
}

function readArguments({ parameters = [], requestBody }: AskedAction): Record<string, unknown> {
  const sent = Object.values(requestBody?.content ?? {}).flatMap(({ properties = [] }) => properties);
  return Object.fromEntries([...parameters, ...sent].map(({ name = "", value }) => [name, value]));
}

/** Reads the tools that an agent is offered. What is no list of functions is told by its name. */
export function readActions({ actionGroupName, description, functionSchema }: ActionGroup): ToolDefinition[] {
  const functions = functionSchema?.functions;
  if (functions === undefined)
    return [{ type: "action_group", name: actionGroupName ?? "", ...(description && { description }) }];
  return functions.map(({ name = "", description, parameters }) => ({
    type: "function",
    name,
    parameters,
    ...(description && { description }),
  }));
}
