import { context } from "@opentelemetry/api";
import { toJson } from "../arguments.js";
import type { Config } from "../config.js";
import type { Deadline } from "../deadline.js";
import { ConnectionError, type SpritesError, TimeoutError } from "../errors.js";
import { propagationHeaders, SCOPE, withoutTracing } from "../telemetry/tracing.js";
import { VERSION } from "../version.js";
import { ERROR_CLASSES, MAX_ERROR_BODY, type Purpose, toError } from "./failure.js";

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** One REST call. `template` holds `{placeholders}` for `params`; spans are named after it. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly template: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, as bytes. */
  readonly bytes?: Uint8Array;
  readonly purpose: Purpose;
  /** The server's refusals name paths: content, for spans. */
  readonly namesPaths?: boolean;
  /** A streamed line of type `error` means that the call failed, although its status said otherwise. */
  readonly rejectsOnErrorLine?: boolean;
  /** How the token is presented. @default "Bearer" */
  readonly scheme?: "FlyV1";
}

export const USER_AGENT = `${SCOPE}/${VERSION}`;

/** The template with its parameters in place, each percent-encoded. */
export function fillTemplate({
  template,
  params,
  purpose,
}: Pick<Call, "template" | "params" | "purpose">): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value: unknown = params?.[name] ?? "";
    if (typeof value !== "string" && typeof value !== "number") {
      throw new ERROR_CLASSES[purpose](`the ${name.replaceAll("_", " ")} must be a string`);
    }
    // URL parsers resolve empty and dot segments away, encoded or not: the call would reach another resource.
    if (/^\.{0,2}$/.test(String(value)))
      throw new ERROR_CLASSES[purpose](`"${value}" is no ${name.replaceAll("_", " ")}`);
    return encodeURIComponent(value);
  });
}

/** Sends the call and returns the answer once its headers are in. Rejects with the typed error unless it is a 2xx. */
export async function send(config: Config, call: Call, deadline: Deadline): Promise<Response> {
  const url = `${config.endpoint}${fillTemplate(call)}${toQuery(call.query)}`;
  const headers: Record<string, string> = {
    ...propagationHeaders(config, context.active()),
    Authorization: `${call.scheme ?? "Bearer"} ${config.token}`,
    "User-Agent": USER_AGENT,
    ...(call.json !== undefined && { "Content-Type": "application/json" }),
    ...(call.bytes !== undefined && { "Content-Type": "application/octet-stream" }),
  };
  const body = call.json === undefined ? call.bytes : toJson(call.json, "the request");
  const init: RequestInit = { method: call.method, headers, signal: deadline.signal, redirect: "manual" };
  if (body !== undefined) init.body = body as NonNullable<RequestInit["body"]>;
  let response: Response;
  try {
    response = await withoutTracing(() => config.fetch(url, init));
  } catch (error) {
    throw toTransportError(error, config, deadline);
  }
  if (response.ok) return response;
  throw await refused(response, call, config, deadline);
}

/** What ended a request that had no (whole) answer: the time limit, the caller, or the network. */
export function toTransportError(error: unknown, config: Config, deadline: Deadline): unknown {
  if (deadline.expired) return new TimeoutError("the API did not answer in time", { cause: error });
  if (deadline.signal.aborted) return deadline.signal.reason;
  return new ConnectionError(`cannot reach ${config.host}: ${reasonOf(error)}`, { cause: error });
}

/** `fetch` says only "fetch failed"; the cause has the system's code. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : cause instanceof Error ? cause.name : "unknown failure";
}

async function refused(
  response: Response,
  { purpose, query }: Call,
  config: Config,
  deadline: Deadline,
): Promise<SpritesError> {
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length >= MAX_ERROR_BODY) break;
    }
  } catch {
    // The status alone decides the class; a body that breaks off only loses detail.
    if (deadline.signal.aborted && !deadline.expired) throw deadline.signal.reason;
  }
  const refusal = {
    status: response.status,
    header: (name: string) => response.headers.get(name),
    text: text.slice(0, MAX_ERROR_BODY),
  };
  return toError(refusal, purpose, { token: config.token, query: toQuery(query) });
}

function toQuery(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size > 0 ? `?${search}` : "";
}
