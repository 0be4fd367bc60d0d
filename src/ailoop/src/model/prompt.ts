import { checkPlainObject } from "./checks.js";
import type { DecisionOption, MessageContent, PromptContent, ResponseContent } from "./content.js";
import type { Message, Metadata } from "./message.js";

/** Which option an answer picked. */
export interface Selection {
  readonly optionId: string;
  readonly label: string;
  /** Position among the options, from 0. */
  readonly index: number;
}

export function isPrompt(message: Message): message is Message<PromptContent> {
  return ["question", "decision", "authorization", "navigate"].includes(message.content.type);
}

/** What the person is asked, whatever the content type; undefined when the message is no prompt. */
export function promptText(message: { readonly content: MessageContent }): string | undefined {
  const content = contentOf(message);
  switch (content.type) {
    case "question":
      return content.text;
    case "decision":
      return content.summary;
    case "authorization":
      return content.action;
    case "navigate":
      return content.url;
    default:
      return undefined;
  }
}

/** What can be picked, for a question and a decision alike; empty for free text and for every other message. */
export function promptChoices(message: { readonly content: MessageContent }): readonly DecisionOption[] {
  const content = contentOf(message);
  if (content.type === "decision") return content.options;
  if (content.type !== "question") return [];
  return (content.choices ?? []).map((choice) => ({ id: choice, label: choice }));
}

function contentOf(message: { readonly content: MessageContent }): MessageContent {
  checkPlainObject(message, "message");
  return checkPlainObject(message.content, "content") as unknown as MessageContent;
}

/** The server's resolution: option id, then label in any ASCII case, then the 1-based number. */
export function resolveChoice(answer: string, choices: readonly DecisionOption[]): Selection | undefined {
  const text = answer.trim();
  const lower = asciiLower(text);
  let index = choices.findIndex(({ id }) => id === text);
  if (index < 0) index = choices.findIndex(({ label }) => asciiLower(label) === lower);
  if (index < 0 && /^\+?\d+$/.test(text)) index = Number(text) - 1;
  const option = choices[index];
  return option && { optionId: option.id, label: option.label, index };
}

/** The server's own resolution in the metadata wins over ours. */
export function readSelection(
  response: Message<ResponseContent>,
  choices: readonly DecisionOption[],
): Selection | undefined {
  const { answer, responseType } = response.content;
  const resolved = selectionFromMetadata(response.metadata);
  if (resolved) return resolved;
  return responseType === "text" && answer !== null ? resolveChoice(answer, choices) : undefined;
}

function selectionFromMetadata(metadata: Metadata = {}): Selection | undefined {
  const { option_id: optionId, label, index } = metadata;
  if (typeof optionId !== "string" || typeof label !== "string" || typeof index !== "number")
    return undefined;
  return { optionId, label, index };
}

const asciiLower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
