import type { Agent } from "node:http";
import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import { checkFunction, invalidArgument } from "./arguments.js";
import { checkTimeout } from "./deadline.js";
import { AuthenticationError, SpritesError } from "./errors.js";

/**
 * Where to find the service, how to authenticate, and what telemetry may tell. Times are milliseconds; `Infinity` means
 * no limit, or no pings.
 */
export interface SpritesClientOptions {
  /** Base address of the API. @default `SPRITES_ENDPOINT`, else `https://api.sprites.dev` */
  endpoint?: string;
  /** Bearer token; never shown, logged or recorded. @default `SPRITES_TOKEN` */
  token?: string;
  /** Limit of one REST call, body included. @default 30000 */
  timeout?: number;
  /** Limit of connecting for a command, or to a port. @default 30000 */
  connectTimeout?: number;
  /** Limit of a whole checkpoint or restore. @default 300000 */
  checkpointTimeout?: number;
  /** Limit of creating, upgrading or restarting a sprite. @default 120000 */
  createTimeout?: number;
  /** Each WebSocket is pinged this often. @default 15000 */
  pingInterval?: number;
  /** A WebSocket on which nothing has arrived for this long counts as lost. @default 45000 */
  silenceLimit?: number;
  /** Used for every REST call. @default the global `fetch` */
  fetch?: typeof fetch;
  /** Used for WebSockets, for example a proxy agent. */
  agent?: Agent;
  /**
   * Record command lines, names of environment variables and what the server says of paths on spans. Output, input
   * and values never are.
   * @default on when `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` asks for content on spans, else off
   */
  captureContent?: boolean;
  /**
   * Hand the trace context to commands (`TRACEPARENT`, `TRACESTATE`, `BAGGAGE`) and to the API (W3C headers).
   * Baggage then leaves this process. @default false
   */
  propagateContext?: boolean;
  /** An exit code other than 0 makes the exec span an error. @default true */
  nonZeroExitIsError?: boolean;
  /** @default the global provider, looked up at each operation */
  tracerProvider?: TracerProvider;
  /** @default the global provider, looked up at each command */
  meterProvider?: MeterProvider;
}

/** Options with every default in place. Holds the token: keep it in `#private` fields. */
export interface Config
  extends Required<Omit<SpritesClientOptions, "agent" | "tracerProvider" | "meterProvider">> {
  readonly socketEndpoint: string;
  readonly host: string;
  readonly port: number;
  readonly agent: Agent | undefined;
  readonly tracerProvider: TracerProvider | undefined;
  readonly meterProvider: MeterProvider | undefined;
}

const DEFAULT_ENDPOINT = "https://api.sprites.dev";
const SOCKET_SCHEME: Readonly<Record<string, string>> = { "http:": "ws:", "https:": "wss:" };
const CONTENT_ON_SPANS = new Set(["TRUE", "SPAN_ONLY", "SPAN_AND_EVENT"]);

/** @throws AuthenticationError without a usable token. @throws SpritesError for an endpoint that cannot be one. */
export function readConfig(options: SpritesClientOptions, env: NodeJS.ProcessEnv = process.env): Config {
  checkFunction(options.fetch, "fetch");
  checkProvider(options.tracerProvider, "tracerProvider", "getTracer");
  checkProvider(options.meterProvider, "meterProvider", "getMeter");
  const url = readEndpoint(options.endpoint || env.SPRITES_ENDPOINT || DEFAULT_ENDPOINT);
  const endpoint = `${url.protocol}//${url.host}${url.pathname}`.replace(/\/+$/, "");
  return {
    endpoint,
    socketEndpoint: `${SOCKET_SCHEME[url.protocol]}${endpoint.slice(url.protocol.length)}`,
    // Without the brackets that addresses of IPv6 have in URLs only.
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port ? Number(url.port) : url.protocol === "https:" ? 443 : 80,
    token: readToken(options.token || env.SPRITES_TOKEN),
    timeout: checkTimeout("timeout", options.timeout ?? 30_000),
    connectTimeout: checkTimeout("connectTimeout", options.connectTimeout ?? 30_000),
    checkpointTimeout: checkTimeout("checkpointTimeout", options.checkpointTimeout ?? 300_000),
    createTimeout: checkTimeout("createTimeout", options.createTimeout ?? 120_000),
    pingInterval: checkTimeout("pingInterval", options.pingInterval ?? 15_000),
    silenceLimit: checkTimeout("silenceLimit", options.silenceLimit ?? 45_000),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    agent: options.agent,
    captureContent:
      options.captureContent ??
      CONTENT_ON_SPANS.has(
        (env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT ?? "").trim().toUpperCase(),
      ),
    propagateContext: options.propagateContext ?? false,
    nonZeroExitIsError: options.nonZeroExitIsError ?? true,
    tracerProvider: options.tracerProvider,
    meterProvider: options.meterProvider,
  };
}

function checkProvider(provider: unknown, what: string, method: string): void {
  if (provider == null || typeof (provider as Record<string, unknown>)[method] === "function") return;
  throw invalidArgument(what, `an OpenTelemetry provider, with ${method}()`);
}

function readEndpoint(endpoint: string): URL {
  if (typeof endpoint !== "string") throw invalidArgument("endpoint", "a string");
  // The value stays out of the messages: an address with credentials in it is one of the mistakes caught here.
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !(url.protocol in SOCKET_SCHEME)) {
    throw new SpritesError("the endpoint must be an http:// or https:// address");
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new SpritesError("the endpoint must not hold credentials, a query or a fragment");
  }
  return url;
}

function readToken(token: string | undefined): string {
  if (token !== undefined && typeof token !== "string")
    throw new AuthenticationError("the token must be a string");
  const trimmed = token?.trim();
  if (!trimmed) {
    throw new AuthenticationError("no token: pass { token } or set SPRITES_TOKEN");
  }
  // Otherwise the HTTP client would refuse the header, with the token in its message.
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new AuthenticationError("the token holds characters that an HTTP header cannot carry");
  }
  return trimmed;
}
