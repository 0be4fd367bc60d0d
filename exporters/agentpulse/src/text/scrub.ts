import { truncate } from "@kit/genai/core";

const TOKENS = /\b(?:sk[-_]|ap_)[\w-]{3,}|\b(?:AIza|gsk_|hf_|xai-|xox[a-z]-|gh[a-z]_)[\w-]{16,}/g;
const BEARER = /\b(bearer)\s+[^\s"',;]+/gi;
const MAX_LENGTH = 500;

/** Removes credentials from a text that others wrote: providers like to repeat the key they refuse. */
export function scrub(text: string): string {
  return text.replace(BEARER, "$1 ***").replace(TOKENS, (token) => `${token.slice(0, 3)}***`);
}

/** An error's text as it may be sent. */
export function toErrorText(text: string): string {
  // Cut before scrubbing, so that a long text costs little, and again after it, because scrubbing changes the length.
  return cut(scrub(cut(text, 4 * MAX_LENGTH)), MAX_LENGTH);
}

/** `text`, or as much of it as fits, ending in `…`. */
export function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${truncate(text, maxLength - 1)}…`;
}
