import { ATTR, textOf } from "@kit/genai";
import type { ConverseRequest } from "./wire.js";

/** A prompt that is kept at AWS, whose version is absent for a draft. It names its model itself. */
const PROMPT = /^arn:[^:]*:bedrock:[^:]*:[^:]*:prompt\/([^:]+)(?::(.+))?$/;

/** What a `modelId` names: a model, or a prompt. */
export function readModelId(id: string | undefined): { model?: string | undefined; prompt?: Prompt } {
  const [, name, version] = PROMPT.exec(id ?? "") ?? [];
  if (name === undefined) return { model: id };
  return {
    prompt: { [ATTR.promptName]: name, ...(version !== undefined && { [ATTR.promptVersion]: version }) },
  };
}

type Prompt = Readonly<Record<string, string>>;

/** A prompt's variables. So far AWS has no others than texts. */
export function readPromptVariables(
  variables: ConverseRequest["promptVariables"] = {},
): Record<string, string> {
  const told = Object.entries(variables).map(([name, value]) => [
    name,
    textOf(value?.text) ?? JSON.stringify(value),
  ]);
  return Object.fromEntries(told);
}
