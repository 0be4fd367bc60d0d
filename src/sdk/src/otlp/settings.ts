import { readFileSync } from "node:fs";
import { type Configuration, DURATION_MS, type Place } from "../configuration.js";
import { VERSION } from "../version.js";

export const PROTOCOLS = ["http/protobuf", "http/json"] as const;
export const COMPRESSIONS = ["none", "gzip"] as const;

/** Where OTLP is sent, and how. Applies to every signal; variables can also configure each signal separately. */
export interface OtlpOptions {
  /**
   * Base URL; `/v1/traces`, `/v1/metrics` or `/v1/logs` is appended.
   * `OTEL_EXPORTER_OTLP_ENDPOINT` is the same; `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is used as it stands.
   * @default "http://localhost:4318"
   */
  readonly endpoint?: string;
  /** Sent with every request; they win over those of `OTEL_EXPORTER_OTLP_HEADERS`. Never logged. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Encoding of the body. `OTEL_EXPORTER_OTLP_PROTOCOL`. @default "http/protobuf" */
  readonly protocol?: (typeof PROTOCOLS)[number];
  /**
   * Longest time for one request, including retries and their waits, in milliseconds.
   * `OTEL_EXPORTER_OTLP_TIMEOUT`. @default 10000
   */
  readonly timeoutMs?: number;
  /** `OTEL_EXPORTER_OTLP_COMPRESSION`. @default "none" */
  readonly compression?: (typeof COMPRESSIONS)[number];
}

export type Signal = "traces" | "metrics" | "logs";

export interface OtlpSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly timeoutMs: number;
  readonly compression: (typeof COMPRESSIONS)[number];
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

const DEFAULT_ENDPOINT = "http://localhost:4318";
const COMMON_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
const DEFAULT_TIMEOUT_MS = 10_000;

/** Options over the signal's own variable over the common variable over the default. */
export function readOtlpSettings(
  signal: Signal,
  options: OtlpOptions,
  configuration: Configuration,
): OtlpSettings {
  const place = (suffix: string, option?: keyof OtlpOptions): Place => ({
    variables: [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${suffix}`, `OTEL_EXPORTER_OTLP_${suffix}`],
    ...(option == null ? {} : { option: `otlp.${option}`, value: options[option] }),
  });
  return {
    url: readUrl(signal, options.endpoint, configuration),
    headers: {
      ...readHeaders("OTEL_EXPORTER_OTLP_HEADERS", configuration),
      ...readHeaders(`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`, configuration),
      ...onlyHeaders("otlp.headers", options.headers ?? {}, configuration),
    },
    protocol: readProtocol(place("PROTOCOL", "protocol"), configuration),
    timeoutMs: configuration.number(place("TIMEOUT", "timeoutMs"), DEFAULT_TIMEOUT_MS, DURATION_MS),
    compression: configuration.choice(place("COMPRESSION", "compression"), COMPRESSIONS, "none"),
    tls: {
      ca: readCertificate(place("CERTIFICATE"), configuration),
      cert: readCertificate(place("CLIENT_CERTIFICATE"), configuration),
      key: readCertificate(place("CLIENT_KEY"), configuration),
    },
  };
}

/** Headers of every request, besides the length of its body. */
export function toHeaders({ headers, protocol, compression }: OtlpSettings): Record<string, string> {
  return {
    ...headers,
    "user-agent": `kit-otlp/${VERSION}`,
    "content-type": protocol === "http/json" ? "application/json" : "application/x-protobuf",
    ...(compression === "gzip" && { "content-encoding": "gzip" }),
  };
}

function readUrl(signal: Signal, endpoint: string | undefined, configuration: Configuration): string {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`;
  const places: readonly Place[] = [
    { option: "otlp.endpoint", value: endpoint },
    { variables: [own] },
    { variables: [COMMON_ENDPOINT] },
  ];
  let url = `${DEFAULT_ENDPOINT}/v1/${signal}`;
  let from: string | undefined;
  for (const place of places) {
    const given = configuration.given(place);
    if (given == null) continue;
    const { name, text } = given;
    const protocol = URL.canParse(text) ? new URL(text).protocol : undefined;
    if (protocol === "http:" || protocol === "https:") {
      url = name === own ? text : append(text, `/v1/${signal}`);
      from = name;
      break;
    }
    // Not repeated: an endpoint can carry a password.
    configuration.report(`${name} is not an http:// or https:// URL; it is ignored.`);
  }
  configuration.note({ variables: [own, COMMON_ENDPOINT] }, url, from);
  return url;
}

/** Appends to the path, keeping the query. */
function append(endpoint: string, path: string): string {
  const url = new URL(endpoint);
  url.pathname = url.pathname.replace(/\/+$/, "") + path;
  return url.href;
}

function readHeaders(variable: string, configuration: Configuration): Record<string, string> {
  return onlyHeaders(variable, configuration.pairs(variable, true), configuration);
}

/** One invalid header would make Node refuse every request, and the collector would seem unreachable. */
function onlyHeaders(
  source: string,
  headers: Readonly<Record<string, string>>,
  configuration: Configuration,
): Record<string, string> {
  const valid = Object.entries(headers).filter(([name, value]) => isHeader(name, value));
  if (valid.length < Object.keys(headers).length) {
    // Not repeated: it may be a credential.
    configuration.report(
      `${source}: a name or value cannot stand in an HTTP header, perhaps for quotation marks around it; that pair is ignored.`,
    );
  }
  return Object.fromEntries(valid);
}

/** The same checks as Node's, which are in `node:http`; no start should wait for loading that. */
function isHeader(name: string, value: unknown): boolean {
  if (typeof value !== "string" && typeof value !== "number") return false;
  return /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(String(value));
}

function readProtocol(place: Place, configuration: Configuration): OtlpSettings["protocol"] {
  const given = configuration.given(place);
  if (given?.text.toLowerCase() !== "grpc") return configuration.choice(place, PROTOCOLS, "http/protobuf");
  configuration.report(
    `${given.name}: grpc is not supported; http/protobuf is used, which collectors take on port 4318.`,
  );
  configuration.note(place, "http/protobuf", undefined);
  return "http/protobuf";
}

function readCertificate(place: Place, configuration: Configuration): Buffer | undefined {
  const given = configuration.given(place);
  try {
    const file = given && readFileSync(given.text);
    configuration.note(place, given?.text, given?.name);
    return file;
  } catch {
    configuration.note(place, undefined, undefined);
    configuration.report(`${given?.name}: the file cannot be read; it is ignored.`);
    return undefined;
  }
}
