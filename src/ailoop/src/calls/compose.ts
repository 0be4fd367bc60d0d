import { invalid } from "../errors.js";
import { checkPlainObject, checkSeconds, checkText } from "../model/checks.js";
import type { DecisionOption } from "../model/content.js";
import { createDecision, createQuestion, type MessageFields } from "../model/create.js";
import type { Message } from "../model/message.js";
import type { AskOptions } from "./options.js";

/** A question that can still be written either way. */
export interface Question {
  readonly text: string;
  readonly choices: readonly string[];
  /** What a decision offers: the choices, else the client's stand-ins for free text, else nothing. */
  readonly options: readonly DecisionOption[];
  readonly timeout: number;
  readonly ask: AskOptions;
}

export function readQuestion(
  text: string,
  ask: AskOptions,
  freeTextOptions: readonly DecisionOption[],
): Question {
  checkText(text, "question");
  const choices = readChoices(ask.choices);
  const options = choices.length > 0 ? choices.map((id) => ({ id, label: id })) : freeTextOptions;
  checkRecommendation(ask.recommendation, options);
  if (ask.decisionId !== undefined) checkText(ask.decisionId, "decisionId");
  return { text, choices, options, timeout: checkSeconds(ask.timeout ?? 60, "timeout"), ask };
}

export function toDecision(question: Question, fields: MessageFields, queued: boolean): Message {
  if (queued && question.options.length === 0) {
    throw invalid("choices", "are needed over websocket, or freeTextOptions: the queue takes no free text");
  }
  const { decisionId, contextMarkdown, recommendation } = question.ask;
  return createDecision(question.text, question.options, {
    ...fields,
    timeout: question.timeout,
    ...(decisionId === undefined ? {} : { decisionId }),
    ...(contextMarkdown === undefined ? {} : { contextMarkdown }),
    ...(recommendation === undefined ? {} : { recommendation }),
  });
}

export function toQuestion(question: Question, fields: MessageFields): Message {
  const { text, timeout, choices } = question;
  return createQuestion(text, { ...fields, timeout, ...(choices.length === 0 ? {} : { choices }) });
}

function checkRecommendation(
  recommendation: AskOptions["recommendation"],
  options: readonly DecisionOption[],
): void {
  if (recommendation === undefined) return;
  const { optionId } = checkPlainObject(recommendation, "recommendation");
  if (!options.some(({ id }) => id === optionId)) {
    throw invalid("recommendation.optionId", "must be one of the choices");
  }
}

function readChoices(choices: unknown): string[] {
  if (choices == null) return [];
  if (!Array.isArray(choices)) throw invalid("choices", "must be an array of strings");
  const trimmed = choices.map((choice, index) => {
    if (typeof choice !== "string" || choice.trim() === "") {
      throw invalid(`choices[${index}]`, "must be a non-empty string");
    }
    return choice.trim();
  });
  if (trimmed.length === 1) throw invalid("choices", "must be two or more, or none");
  if (new Set(trimmed).size !== trimmed.length) throw invalid("choices", "must be unique");
  return trimmed;
}
