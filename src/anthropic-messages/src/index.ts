import type { Call, Usage } from "@kit/genai";
import { messages as translation } from "./messages.js";
import { readUsage as read } from "./usage.js";

// Said in types of our own: those of the SDK, which the translation is written in, are not there in every application.

/** `POST /v1/messages`, streamed or not, also beta, and what `parse()`, `stream()` and tool runners send. */
export const messages = translation as Call<[params: object, options?: object], object, object>;

/** Reads `usage` of a message, whose `input_tokens` exclude tokens read from the cache and written to it. */
export const readUsage: (usage: object | null | undefined) => Usage | undefined = read;

export { VERSION } from "./version.js";
