import type { Context } from "@opentelemetry/api";
import { type Endpoint, mayBeGateway, readEndpoint } from "../adapter/endpoint.js";
import type { RequestFacts } from "../adapter/operation.js";
import type { OperationEnd } from "../adapter/outcome.js";
import { StandInSpan } from "../native/native-span.js";
import type { OperationStart } from "../record/operation-start.js";
import type { Definition } from "./definition.js";

/** What the recorder has to know about a call of a library. */
export function describe(
  definition: Definition,
  request: RequestFacts,
  receiver: unknown,
  args: readonly unknown[],
  parent: Context,
): OperationStart {
  const { errorCode, withoutAnswer, native } = definition;
  const endpoint = readEndpoint(definition.baseUrl(receiver, args));
  const findEndpoint = endpoint.address === undefined ? finder(definition, receiver, args) : undefined;
  const provider = definition.providerOf?.(receiver, args) ?? endpoint.provider ?? definition.provider;
  const ownProvider = definition.ownProviders?.includes(provider) === true;
  const headers = mayBeGateway(endpoint) ? definition.headers : undefined;
  const ended = native === undefined ? undefined : StandInSpan.tallyIn(parent);
  const params = args[0];
  return {
    request,
    provider,
    endpoint,
    findEndpoint,
    ownProvider,
    errorCode,
    withoutAnswer,
    headers,
    parent,
    ended,
    params,
  };
}

/** Apart from the above, where a function inside would cost every call. */
function finder(definition: Definition, receiver: unknown, args: readonly unknown[]): () => Endpoint {
  return () => readEndpoint(definition.baseUrl(receiver, args));
}

/** The framework that hears of a call cannot know which attributes belong to the provider, so it gets all of them. */
export function withAllAttributes(end: OperationEnd, { request, ownProvider }: OperationStart): OperationEnd {
  const { response } = end;
  const own = ownProvider === true &&
    response?.provider === undefined && { ...request.ownAttributes, ...response?.ownAttributes };
  return {
    ...end,
    response: { ...response, attributes: { ...request.attributes, ...response?.attributes, ...own } },
  };
}
