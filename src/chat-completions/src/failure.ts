import { type ResponseFacts, textOf } from "@kit/genai";

/** Where servers and gateways report a failure in an answer with status 200. */
export interface MaybeFailed {
  /** Instead of an answer. */
  error?: unknown;
  /** `error` where vLLM sends the next three members instead of an answer or of a chunk. */
  object?: unknown;
  code?: unknown;
  type?: unknown;
  message?: unknown;
  /** OpenRouter reports here that the provider failed while it was answering. */
  choices?: readonly { error?: unknown }[] | null;
  /** MiniMax's place for it. A status of zero is none. */
  base_resp?: { status_code?: unknown; status_msg?: unknown } | null;
  /** What a fold found in any of these places of a stream. */
  failure?: unknown;
}

/** Reads the failure in an answer with status 200. An `error` beside choices is none. */
export function readFailure(answer: MaybeFailed): ResponseFacts["error"] {
  const { choices, failure = choices?.find((choice) => choice.error != null)?.error } = answer;
  if (failure != null) return toFailure(failure);
  if (answer.object === "error") return toFailure(answer);
  const { status_code: code, status_msg: message } = answer.base_resp ?? {};
  if (code) return toFailure({ code, message });
  return answer.error != null && !choices?.length ? toFailure(answer.error) : undefined;
}

function toFailure(reported: unknown): ResponseFacts["error"] {
  const { code, type, message } = Object(reported) as MaybeFailed;
  return { type: String(code ?? type ?? "_OTHER"), message: textOf(message ?? reported) };
}
