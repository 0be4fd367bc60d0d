import type { TokenUsage } from "@kit/chat-completions";
import type { ResponseItem, ResponseTool, TextOrItems } from "./response-items.js";

/** A prompt that OpenAI keeps; its id is the only name that it has here. */
export interface PromptTemplate {
  id?: string;
  version?: string | null;
  variables?: Record<string, unknown> | null;
}

/** The body of a response, complete or on its way. */
export interface ResponseBody {
  id?: string;
  model?: string;
  status?: string | null;
  output?: readonly ResponseItem[];
  usage?: TokenUsage | null;
  error?: { code?: string; message?: string } | null;
  incomplete_details?: { reason?: string } | null;
  conversation?: { id?: string } | null;
  instructions?: TextOrItems;
  prompt?: PromptTemplate | null;
  tools?: readonly ResponseTool[];
  service_tier?: string | null | undefined;
}
