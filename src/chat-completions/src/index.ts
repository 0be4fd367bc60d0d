export { chat, formatType } from "./chat.js";
export { completions } from "./completions.js";
export { embeddings } from "./embeddings.js";
export type { ChatCompletionChunk } from "./fold.js";
export { readLiteLLMHeaders } from "./litellm.js";
export { type ChatMessage, type ContentPart, readContentPart } from "./messages.js";
export { withOwnAttributes } from "./own-attributes.js";
export { type CompletionUsage, readCompletionUsage, readTokenUsage, type TokenUsage } from "./usage.js";
export { VERSION } from "./version.js";
