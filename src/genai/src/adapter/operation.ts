import type { Attributes } from "@opentelemetry/api";
import type { Message, MessagePart, ToolDefinition } from "./messages.js";
import type { Usage } from "./usage.js";

/** Content of a call, in the conventions' shape. All of it is sensitive, and off by default. */
export interface Content {
  inputMessages?: Message[];
  outputMessages?: Message[];
  systemInstructions?: MessagePart[];
  toolDefinitions?: ToolDefinition[];
  /** Values that the application put into a prompt template stored at the provider, by variable name. */
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

/** What a caller asked for. Absent members were not set; `0`, `false` and `""` are values. */
export interface RequestFacts {
  /** The conventions' name of the operation, such as `chat`. */
  operation: string;
  /** Model, deployment or fine-tune, exactly as requested. */
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
  /** Number of candidates requested; recorded if it is not 1. */
  choiceCount?: number | null | undefined;
  /** `text`, `json`, `image` or `speech`, if a format was requested. */
  outputType?: string | null | undefined;
  reasoningLevel?: string | null | undefined;
  previousResponseId?: string | null | undefined;
  streamCursor?: string | number | null | undefined;
  encodingFormats?: string[] | undefined;
  dimensions?: number | null | undefined;
  conversationId?: string | null | undefined;
  /** An agent that the provider keeps; its span is named after it. */
  agentName?: string | undefined;
  /** What a retrieval searches; its span is named after it. */
  dataSourceId?: string | undefined;
  /** Further attributes, by their full names. */
  attributes?: Attributes | undefined;
  /** Attributes that only the library's own providers have; left out for compatible ones. */
  ownAttributes?: Attributes | undefined;
  /** Ids under which earlier calls of this process may be remembered; each becomes a span link. */
  linkTo?: string[] | undefined;
  /** Whether to record the call only if one of `linkTo` is remembered, as for a file that may hold batch results. */
  onlyLinked?: boolean | undefined;
  /** Called only when content is wanted. */
  content?: (() => Content) | undefined;
}

/** What the provider answered. Absent members were not reported; nothing is estimated. */
export interface ResponseFacts {
  id?: string | null | undefined;
  model?: string | null | undefined;
  /** Who answered, if only the answer shows it; the provider's own attributes are left out then. */
  provider?: string | undefined;
  /** One entry per choice, in the provider's words; `null` for a choice that never finished. */
  finishReasons?: readonly (string | null | undefined)[] | undefined;
  /** State of a fetched response, such as `in_progress`. */
  status?: string | null | undefined;
  usage?: Usage | undefined;
  /** Id of the answer that `usage` belongs to, if several calls may tell it: only the first in this process counts it. */
  usageOf?: string | null | undefined;
  conversationId?: string | null | undefined;
  compacted?: boolean | undefined;
  dimensions?: number | undefined;
  /** Further attributes, by their full names. */
  attributes?: Attributes | undefined;
  /** Attributes that only the library's own providers have; on the span and, as the conventions want, on metrics. */
  ownAttributes?: Attributes | undefined;
  /** How many models and tools an agent in this process called itself. */
  calls?: { readonly models: number; readonly tools: number } | undefined;
  /** A failure reported inside a successful HTTP answer. */
  error?: { type: string; message?: string | null | undefined } | undefined;
  /** Ids under which later calls can link to this one (a batch, a background response). */
  linkAs?: string[] | undefined;
  /** Called only when content is wanted. */
  content?: (() => Content) | undefined;
}

/** Facts from the headers of an answer, known before its body. */
export interface HeaderFacts {
  /** Who answers, if the base URL does not say. */
  provider?: string | undefined;
  /** The model that a gateway called, and its provider: the call is priced by it if the answer names only an alias. */
  served?: { provider: string; model: string } | undefined;
  /** What the gateway charges, in US dollars; wins over any price table. */
  costUsd?: number | undefined;
  /** Whether the answer costs nothing, whatever price is reported, because it came from the gateway's cache. */
  free?: boolean | undefined;
  /** Further attributes, by their full names. */
  attributes?: Attributes | undefined;
}

/** Reads one header, whatever its case; `null` or `undefined` when it is absent. */
export type ReadHeader = (name: string) => string | null | undefined;

/** Rebuilds, chunk by chunk, the body that the call would have returned unstreamed. */
export interface Fold<Chunk, Body> {
  /** Called synchronously once per chunk; must not keep the chunk. */
  add(chunk: Chunk): void;
  /** The body as far as it has arrived. */
  body(): Body;
}

/** What the fold of an answer that consists of several results, each of a model of its own, may ask. */
export interface Results {
  /** US dollars for one result, or `undefined` when the model, its price or its usage is unknown. */
  price(model: string | null | undefined, usage: Usage): number | undefined;
  /** Notes that the result at this position was read; `false` if an earlier call in this process read it. */
  readResult(position: number): boolean;
}

/**
 * Translates one kind of call of a library, with pure functions of foreign data.
 * `Args` are the arguments of the library's method, `Body` what it resolves to, `Chunk` an item of its stream.
 */
export interface Call<Args extends readonly unknown[] = readonly unknown[], Body = unknown, Chunk = unknown> {
  request(...args: Args): RequestFacts;
  /** The API's path for it, if the first argument is the body that is posted there. */
  readonly path?: string;
  response?(body: Body, request: RequestFacts): ResponseFacts;
  /** Finds the stream in what the method resolves to. @default the value itself, if it can be iterated */
  streamIn?(answer: unknown): unknown;
  /** Starts a fold. With `content` false it must not keep text, so that an open stream takes constant memory. */
  fold?(content: boolean, results?: Results): Fold<Chunk, Body>;
}

/** A tool as the application passed it to a library that runs tools itself. */
export interface ToolFacts {
  /** Its name; or, if one object stands for several tools, how to read it from the arguments of a run. */
  name: string | ((args: readonly unknown[]) => string);
  /** `function`, `extension` or `datastore`. @default "function" */
  type?: string;
  description?: string | undefined;
  /** Finds the id of the model's call among the arguments the library passes to the tool. */
  callId?: (args: readonly unknown[]) => string | undefined;
  /** What the model gave the tool. @default the first argument */
  input?: (args: readonly unknown[]) => unknown;
  /** What the model is told. @default what the function returns */
  output?: (result: unknown) => ToolOutput;
}

/** What a tool told the model: a result, or a failure. */
export interface ToolOutput {
  readonly result?: unknown;
  readonly error?: ResponseFacts["error"];
}

/** Finds what a function runs, if it may run several of the model's calls at once, or none. */
export type ReadTools = (args: readonly unknown[]) => readonly ToolFacts[];

/** Makes a function report each of its runs as an `execute_tool` span; everything else about it stays the same. */
export type TraceTool = <F extends (...args: never[]) => unknown>(tool: ToolFacts | ReadTools, run: F) => F;

/** Translates a method that runs the application's tools: returns the arguments to call it with instead. */
export type ToolLoop<Args extends readonly unknown[] = readonly unknown[]> = (
  args: Args,
  traceTool: TraceTool,
) => Args;
