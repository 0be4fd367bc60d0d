import { diag } from "@opentelemetry/api";
import type { Content } from "../adapter/operation.js";

/** Where captured content goes. */
export type ContentCapture = "NO_CONTENT" | "SPAN_ONLY" | "EVENT_ONLY" | "SPAN_AND_EVENT";

/** What may leave the process of prompts, answers and tool data. */
export interface ContentOptions {
  /**
   * Whether prompts, answers, tool definitions, arguments and results are recorded, and where.
   * `true` means `SPAN_ONLY`, `false` means `NO_CONTENT`. Wins over
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`.
   * @default "NO_CONTENT"
   */
  captureMessageContent?: ContentCapture | boolean;
  /**
   * Called with a copy of the structured content of each operation before it is serialised; what it returns, at once, is
   * recorded instead. `undefined` drops the content; throwing, or returning a promise, drops it too and says so in
   * `kit.content.dropped`.
   */
  redact?: (content: Content) => Content | undefined;
  /**
   * Longest string inside content, in characters; longer ones are cut and the rest of the JSON stays whole.
   * @default 65536
   */
  maxContentLength?: number;
  /**
   * `true` also records descriptions and parameters of the tools offered to a model; `false` leaves out even the
   * description of a tool that runs. @default only the descriptions of tools that run
   */
  captureToolDetails?: boolean;
}

/** The options, resolved with environment and defaults. */
export interface ContentPolicy {
  readonly onSpan: boolean;
  readonly onEvent: boolean;
  readonly redact: ((content: Content) => Content | undefined) | undefined;
  readonly maxLength: number;
  readonly toolDetails: boolean;
  readonly toolDescriptions: boolean;
}

const VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
const DEFAULT_MAX_LENGTH = 65_536;

const MODES: Readonly<Record<string, ContentCapture>> = {
  NO_CONTENT: "NO_CONTENT",
  FALSE: "NO_CONTENT",
  "0": "NO_CONTENT",
  "": "NO_CONTENT",
  SPAN_ONLY: "SPAN_ONLY",
  TRUE: "SPAN_ONLY",
  "1": "SPAN_ONLY",
  EVENT_ONLY: "EVENT_ONLY",
  SPAN_AND_EVENT: "SPAN_AND_EVENT",
};

/** Decides what may be recorded. An invalid setting records nothing, and is reported through `diag`. */
export function createContentPolicy(
  options: ContentOptions,
  env: NodeJS.ProcessEnv = process.env,
): ContentPolicy {
  const mode = readMode(options.captureMessageContent, env[VARIABLE]);
  return {
    onSpan: mode === "SPAN_ONLY" || mode === "SPAN_AND_EVENT",
    onEvent: mode === "EVENT_ONLY" || mode === "SPAN_AND_EVENT",
    redact: options.redact,
    maxLength: readMaxLength(options.maxContentLength),
    toolDetails: options.captureToolDetails === true,
    toolDescriptions: options.captureToolDetails !== false,
  };
}

function readMode(
  option: ContentCapture | boolean | undefined,
  variable: string | undefined,
): ContentCapture {
  const [source, value] =
    option !== undefined ? ["captureMessageContent", String(option)] : [VARIABLE, variable ?? ""];
  const mode = MODES[value.trim().toUpperCase()];
  if (mode !== undefined) return mode;
  diag.warn(
    `${source}: unknown value ${JSON.stringify(value)}; expected NO_CONTENT, SPAN_ONLY, EVENT_ONLY or SPAN_AND_EVENT. No content is recorded.`,
  );
  return "NO_CONTENT";
}

function readMaxLength(value: number | undefined): number {
  if (value === undefined) return DEFAULT_MAX_LENGTH;
  if (Number.isInteger(value) && value > 0) return value;
  diag.warn(
    `maxContentLength: ${String(value)} is not a whole number above zero; using ${DEFAULT_MAX_LENGTH}.`,
  );
  return DEFAULT_MAX_LENGTH;
}
