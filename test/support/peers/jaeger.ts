import { freePort } from "../free-port.js";
import { PeerProcess } from "./peer-process.js";

/** One span as Jaeger's query API tells it. */
export interface JaegerSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly service: string;
  /** Microseconds since 1970. */
  readonly start: number;
  /** `client`, `server`, `internal`, `producer`, `consumer`. */
  readonly kind: string;
  readonly status: "OK" | "ERROR" | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Ids of linked spans. */
  readonly links: readonly string[];
  readonly events: readonly string[];
  /** What Jaeger finds wrong with it. */
  readonly warnings: readonly string[];
}

/** Everything else that listens, on ports of its own unless told others. It takes no 0 for "any". */
const OTHER_LISTENERS = [
  "extensions.jaeger_query.grpc",
  "extensions.remote_sampling.http",
  "extensions.remote_sampling.grpc",
  "extensions.healthcheckv2.http",
  "extensions.healthcheckv2.grpc",
  "extensions.expvar",
  "extensions.zpages",
  "receivers.otlp.protocols.grpc",
  "receivers.jaeger.protocols.grpc",
  "receivers.jaeger.protocols.thrift_http",
  "receivers.jaeger.protocols.thrift_binary",
  "receivers.jaeger.protocols.thrift_compact",
  "receivers.zipkin",
];

/** A Jaeger that runs, and what it can be asked. */
export class Jaeger {
  /** Takes OTLP over HTTP. */
  readonly endpoint: string;
  /** Page and query API. */
  readonly url: string;

  constructor(endpoint: string, url: string) {
    this.endpoint = endpoint;
    this.url = url;
  }

  /** A trace once it has this many spans; the last state of it when they do not come. */
  async trace(traceId: string, spans: number, limitMs = 20_000): Promise<JaegerSpan[]> {
    const end = performance.now() + limitMs;
    let found: JaegerSpan[] = [];
    while (found.length < spans && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      found = await this.#read(traceId);
    }
    return found;
  }

  async services(): Promise<string[]> {
    const { data } = (await (await this.#ask("services")).json()) as { data: string[] };
    return data;
  }

  /** An engine's proxy takes a connection before its container listens, and then never answers on it. */
  #ask(path: string): Promise<Response> {
    return fetch(`${this.url}/api/${path}`, { signal: AbortSignal.timeout(2_000) });
  }

  async #read(traceId: string): Promise<JaegerSpan[]> {
    const response = await this.#ask(`traces/${traceId}`);
    if (!response.ok) return [];
    const { data } = (await response.json()) as { data: readonly WireTrace[] };
    return data.flatMap(({ spans, processes }) => spans.map((span) => toSpan(span, processes)));
  }
}

/** One of our own as docker-compose.yml starts it: no configuration, memory as storage. */
export class RealJaeger extends Jaeger {
  readonly #process: PeerProcess;

  private constructor(endpoint: string, url: string, process: PeerProcess) {
    super(endpoint, url);
    this.#process = process;
  }

  /** `assets`: folder of the built page, for a Jaeger that was built without one. */
  static async start(binary: string, assets?: string): Promise<RealJaeger> {
    const [otlp, query] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const args = [
      `--set=receivers.otlp.protocols.http.endpoint=${otlp}`,
      `--set=extensions.jaeger_query.http.endpoint=${query}`,
      "--set=service.telemetry.metrics.level=none",
      ...(await Promise.all(
        OTHER_LISTENERS.map(async (path) => `--set=${path}.endpoint=127.0.0.1:${await freePort()}`),
      )),
      ...(assets ? [`--set=extensions.jaeger_query.ui.assets_path=${assets}`] : []),
    ];
    const url = `http://${query}`;
    const process = await PeerProcess.start(binary, args, { ready: `${url}/api/services` });
    return new RealJaeger(`http://${otlp}`, url, process);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}

interface WireTag {
  readonly key: string;
  readonly value: unknown;
}

interface WireSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly startTime: number;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  readonly tags: readonly WireTag[];
  readonly logs: readonly { readonly fields: readonly WireTag[] }[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

interface WireTrace {
  readonly spans: readonly WireSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

function toSpan(span: WireSpan, processes: WireTrace["processes"]): JaegerSpan {
  const attributes = Object.fromEntries(span.tags.map(({ key, value }) => [key, value]));
  const parent = span.references.find(({ refType }) => refType === "CHILD_OF");
  const others = span.references.filter((reference) => reference !== parent);
  const status = attributes["otel.status_code"];
  return {
    traceId: span.traceID,
    spanId: span.spanID,
    parentId: parent?.spanID,
    name: span.operationName,
    start: span.startTime,
    service: processes[span.processID]?.serviceName ?? "",
    kind: String(attributes["span.kind"] ?? "internal"),
    status: status === "OK" || status === "ERROR" ? status : undefined,
    attributes,
    links: others.map(({ spanID }) => spanID),
    events: span.logs.map(({ fields }) => String(fields.find(({ key }) => key === "event")?.value)),
    warnings: span.warnings ?? [],
  };
}
