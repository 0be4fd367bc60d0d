import * as shared from "@kit/chat-completions";
import { withOwnAttributes } from "./own-attributes.js";

/** `POST /chat/completions`; `parse()`, `stream()` and `runTools()` send it too. */
export const chat: typeof shared.chat = withOwnAttributes(shared.chat, "chat_completions");

/** `POST /completions`, the legacy text completion. */
export const completions: typeof shared.completions = withOwnAttributes(shared.completions);
