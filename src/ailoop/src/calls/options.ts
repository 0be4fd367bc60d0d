import type { DecisionRecommendation, NotificationPriority, ResponseType } from "../model/content.js";
import type { Metadata } from "../model/message.js";
import type { PromptTransport } from "../options.js";

/** Options of a call that sends a message. */
export interface SendOptions {
  /** @default `promptTransport` of the client for prompts, else "http" */
  transport?: PromptTransport | undefined;
  /** Cancels the call, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of every prompt. */
export interface PromptOptions extends SendOptions {
  /** @default `channel` of the client */
  channel?: string | undefined;
  /** Seconds the person has, rounded up; 0 = the server's default. */
  timeout?: number | undefined;
  /** Travels with the message; trace context is added to it. */
  metadata?: Metadata | undefined;
  /** True: resolves to the answer. False: to the sent message. @default `waitForResponses` of the client */
  wait?: boolean | undefined;
  /** With `wait`: an abort also closes the prompt for the person, not only the wait. @default false */
  closeOnAbort?: boolean | undefined;
}

/** Options of `ask`. */
export interface AskOptions extends PromptOptions {
  /** What can be picked: none, or two and more. The answer is the text of the choice. */
  choices?: readonly string[] | undefined;
  /** Stable name of the decision. @default the message id */
  decisionId?: string | undefined;
  /** Shown above the choices. */
  contextMarkdown?: string | undefined;
  recommendation?: DecisionRecommendation | undefined;
}

/** Options of `authorize`. */
export interface AuthorizeOptions extends PromptOptions {
  /** Facts the person decides on; keys travel as they are. */
  context?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of `say`. */
export interface SayOptions extends SendOptions {
  /** @default `channel` of the client */
  channel?: string | undefined;
  /** @default "normal" */
  priority?: NotificationPriority | undefined;
  metadata?: Metadata | undefined;
}

/** Options of `respond`. */
export interface RespondOptions {
  /** @default null */
  answer?: string | null | undefined;
  /** @default "text" */
  responseType?: ResponseType | undefined;
  /** `response` releases a queued prompt; `message` sends a message of its own that carries trace context. @default "response" */
  via?: "response" | "message" | undefined;
  /** Cancels the call, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of a wait. */
export interface WaitOptions {
  /** Seconds from now; 0 = no end. @default what is left of the prompt's own timeout */
  timeout?: number | undefined;
  /** Cancels the wait, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** An abort also closes the prompt for the person. @default false */
  closeOnAbort?: boolean | undefined;
}
