import type { Attributes, Context, SpanKind } from "@opentelemetry/api";
import type { Endpoint } from "../adapter/endpoint.js";
import type { HeaderFacts, ReadHeader, RequestFacts } from "../adapter/operation.js";
import type { OperationEnd } from "../adapter/outcome.js";
import type { AttributeValues } from "../attributes.js";
import { modelOf } from "./span-attributes.js";

/** What the recorder has to know about an operation before it starts. */
export interface OperationStart {
  request: RequestFacts;
  /** `gen_ai.provider.name`; absent for work inside the process. */
  provider: string | undefined;
  endpoint?: Endpoint | undefined;
  /** Finds the endpoint of a client that did not know its own yet; asked again when an answer came. */
  findEndpoint?: (() => Endpoint) | undefined;
  /** Whether `ownAttributes` of request and response belong on the telemetry of this provider. */
  ownProvider?: boolean;
  /** @default SpanKind.CLIENT */
  kind?: SpanKind;
  /** Reads the provider's error code from an error that has none under the usual names. */
  errorCode?: ((error: unknown) => string | undefined) | undefined;
  /** What may be read of an error that repeats the model's answer; `undefined` for any other. */
  withoutAnswer?: ((error: unknown) => unknown) | undefined;
  /** Reads facts from the headers of the answer. */
  headers?: ((read: ReadHeader) => HeaderFacts | undefined) | undefined;
  /** The arguments of the library's method; read only to blank them in an error message. */
  params?: unknown;
  /** Whether error messages are content themselves: what an application's tool throws is sent back to the model. */
  errorsAreContent?: boolean;
  /** Further attributes that samplers may decide by. */
  attributes?: Attributes;
  /** What the span is named after, beside the operation. @default the model */
  subject?: string;
  /** Context to start in. @default the active one */
  parent?: Context;
  /** The true start, for operations that are recorded only after they began. @default now */
  startedAt?: Moment;
  /** Whether somebody else records the same call, and tells the agent around it what it used. */
  countedElsewhere?: boolean;
  /** Called with how the operation ended, for summing up several. */
  ended?: ((end: OperationEnd) => void) | undefined;
}

/**
 * A moment on both clocks: `Date.now()`, for the start of a span unless that is now, and `performance.now()`, for its
 * duration.
 */
export interface Moment {
  readonly time?: number;
  readonly mark: number;
}

/** What samplers may decide by. Everything else waits for the end, because attributes given here are sanitised twice. */
export function creationAttributes({
  request,
  provider,
  endpoint,
  attributes: more,
}: OperationStart): Attributes {
  const attributes: AttributeValues = more === undefined ? {} : { ...more };
  attributes["gen_ai.operation.name"] ??= request.operation;
  if (provider !== undefined) attributes["gen_ai.provider.name"] = provider;
  if (request.agentName !== undefined) attributes["gen_ai.agent.name"] = request.agentName;
  const model = modelOf(request);
  if (model !== undefined) attributes["gen_ai.request.model"] = model;
  if (endpoint?.address !== undefined) {
    attributes["server.address"] = endpoint.address;
    if (endpoint.port !== undefined) attributes["server.port"] = endpoint.port;
  }
  return attributes as Attributes;
}
