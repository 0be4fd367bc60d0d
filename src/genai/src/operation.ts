import type { Attributes } from "@opentelemetry/api";
import type { Message, MessagePart, ToolDefinition } from "./messages.js";
import type { Usage } from "./usage.js";

/** Content of a call, as the conventions shape it. Everything here is sensitive and off by default. */
export interface Content {
  inputMessages?: Message[];
  outputMessages?: Message[];
  systemInstructions?: MessagePart[];
  toolDefinitions?: ToolDefinition[];
  /** What the application put into a prompt template that the provider keeps, by the names of the variables. */
  promptVariables?: Record<string, string>;
  toolArguments?: unknown;
  toolResult?: unknown;
  retrievalQuery?: string;
  retrievalDocuments?: RetrievedDocument[];
}

/** A document that a retrieval found; further members are the application's own. */
export interface RetrievedDocument {
  id?: string;
  score?: number;
  [key: string]: unknown;
}

/** What a caller asked for. Absent members were not asked for; `0`, `false` and `""` are values. */
export interface RequestFacts {
  /** Name of the operation in the conventions' words, such as `chat`. */
  operation: string;
  /** Model, deployment or fine-tune exactly as asked for. */
  model?: string | null | undefined;
  stream?: boolean | null | undefined;
  maxTokens?: number | null | undefined;
  temperature?: number | null | undefined;
  topP?: number | null | undefined;
  topK?: number | null | undefined;
  frequencyPenalty?: number | null | undefined;
  presencePenalty?: number | null | undefined;
  stopSequences?: string | string[] | null | undefined;
  seed?: number | null | undefined;
  /** Number of candidates asked for; recorded when it is not 1. */
  choiceCount?: number | null | undefined;
  /** `text`, `json`, `image` or `speech`, when a format was asked for. */
  outputType?: string | null | undefined;
  reasoningLevel?: string | null | undefined;
  previousResponseId?: string | null | undefined;
  streamCursor?: string | number | null | undefined;
  encodingFormats?: string[] | undefined;
  dimensions?: number | null | undefined;
  conversationId?: string | null | undefined;
  /** What a retrieval searches, after which its span is named. */
  dataSourceId?: string | undefined;
  /** Further attributes, by their full names. */
  attributes?: Attributes | undefined;
  /** Attributes that only the library's own providers have: left out when the library talks to a compatible one. */
  ownAttributes?: Attributes | undefined;
  /** Ids under which an earlier call of this process may have been remembered; each becomes a span link. */
  linkTo?: string[] | undefined;
  /** Whether the call matters only if one of `linkTo` is remembered, such as a file that may hold batch results. */
  onlyLinked?: boolean | undefined;
  /** Called only when content is wanted. */
  content?: (() => Content) | undefined;
}

/** What the provider answered. Absent members were not reported; nothing is estimated. */
export interface ResponseFacts {
  id?: string | null | undefined;
  model?: string | null | undefined;
  /** Who answered, where it shows only in the answer; the provider's own attributes are left out then. */
  provider?: string | undefined;
  /** One entry a choice, in the provider's words; `null` for a choice that never finished. */
  finishReasons?: readonly (string | null | undefined)[] | undefined;
  /** State of a fetched response, such as `in_progress`. */
  status?: string | null | undefined;
  usage?: Usage | undefined;
  conversationId?: string | null | undefined;
  compacted?: boolean | undefined;
  dimensions?: number | undefined;
  /** Further attributes, by their full names. */
  attributes?: Attributes | undefined;
  /** Attributes that only the library's own providers have; on the span and, as the conventions want, on metrics. */
  ownAttributes?: Attributes | undefined;
  /** What an agent that ran in this process did by itself: calls of models and of its own tools. */
  calls?: { readonly models: number; readonly tools: number } | undefined;
  /** A failure that came inside a successful HTTP answer. */
  error?: { type: string; message?: string | null | undefined } | undefined;
  /** Ids under which later calls can link to this one (a batch, a background response). */
  linkAs?: string[] | undefined;
  /** Called only when content is wanted. */
  content?: (() => Content) | undefined;
}

/** What the headers of an answer tell, before its body and beside it. */
export interface HeaderFacts {
  /** Who answers, where the base URL could not tell. */
  provider?: string | undefined;
  /** The model that a gateway asked, and whose it is: what the call is priced by where the answer names an alias. */
  served?: { provider: string; model: string } | undefined;
  /** What the gateway charges, in US dollars; wins over any price table. */
  costUsd?: number | undefined;
  /** Whether the answer costs nothing, streamed or not, whatever price is told: it came out of the gateway's cache. */
  free?: boolean | undefined;
  /** Further attributes, by their full names. */
  attributes?: Attributes | undefined;
}

/** Reads one header, whatever its case; `null` or `undefined` when it is absent. */
export type ReadHeader = (name: string) => string | null | undefined;

/** Rebuilds, chunk by chunk, the body that the call would have returned unstreamed. */
export interface Fold<Chunk, Body> {
  /** Called once a chunk, synchronously; must not keep the chunk. */
  add(chunk: Chunk): void;
  /** The body as far as it came. */
  body(): Body;
}

/**
 * Translation of one kind of call of a library: pure functions of foreign data.
 * `Args` are the arguments of the library's method, `Body` what it resolves to, `Chunk` an item of its stream.
 */
export interface Call<Args extends readonly unknown[] = readonly unknown[], Body = unknown, Chunk = unknown> {
  request(...args: Args): RequestFacts;
  response?(body: Body, request: RequestFacts): ResponseFacts;
  /** Starts a fold; with `content` false it must not keep text, so that an open stream costs constant memory. */
  fold?(content: boolean): Fold<Chunk, Body>;
}

/** A tool as the application gave it to a library that runs tools by itself. */
export interface ToolFacts {
  /** Its name, or how the arguments of a run tell it where one object stands for several tools. */
  name: string | ((args: readonly unknown[]) => string);
  /** `function`, `extension` or `datastore`. @default "function" */
  type?: string;
  description?: string | undefined;
  /** Finds the id of the model's call among the arguments the library passes to the tool. */
  callId?: (args: readonly unknown[]) => string | undefined;
  /** What the model gave the tool. @default the first argument */
  input?: (args: readonly unknown[]) => unknown;
}

/** Makes a function report each of its runs as an `execute_tool` span; everything else about it stays. */
export type TraceTool = <F extends (...args: never[]) => unknown>(tool: ToolFacts, run: F) => F;

/** Translation of a method that runs the application's tools: gives the arguments to call it with instead. */
export type ToolLoop<Args extends readonly unknown[] = readonly unknown[]> = (
  args: Args,
  traceTool: TraceTool,
) => Args;
