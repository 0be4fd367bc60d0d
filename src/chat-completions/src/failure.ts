import { type ResponseFacts, textOf } from "@kit/genai";

/** Where gateways and servers tell a failure in an answer of status 200. */
export interface MaybeFailed {
  /** In the place of the answer. */
  error?: unknown;
  /** `error` where vLLM puts the next three in the place of the answer, or of an event of its stream. */
  object?: unknown;
  code?: unknown;
  type?: unknown;
  message?: unknown;
  /** OpenRouter tells here that the provider behind it failed in the middle. */
  choices?: readonly { error?: unknown }[] | null;
  /** What a stream told in any of these places, while its choices came. */
  failure?: unknown;
}

/** The failure that an answer of status 200 tells; an error beside choices that came is none. */
export function readFailure(answer: MaybeFailed): ResponseFacts["error"] {
  const { choices, failure = choices?.find((choice) => choice.error != null)?.error } = answer;
  if (failure != null) return toFailure(failure);
  if (answer.object === "error") return toFailure(answer);
  return answer.error != null && !choices?.length ? toFailure(answer.error) : undefined;
}

function toFailure(told: unknown): ResponseFacts["error"] {
  const { code, type, message } = Object(told) as MaybeFailed;
  return { type: String(code ?? type ?? "_OTHER"), message: textOf(message ?? told) };
}
