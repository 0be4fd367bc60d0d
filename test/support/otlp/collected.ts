interface Origin {
  /** Attributes of the resource. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string; readonly version: string; readonly schemaUrl: string };
}

/** A span as it arrived over the wire. */
export interface CollectedSpan extends Origin {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** OTLP's number, one above the API's: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 0 unset, 1 OK, 2 error. */
  readonly status: { readonly code: number; readonly message: string | undefined };
  readonly startNanos: bigint;
  readonly durationNanos: bigint;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** One data point: `value` of a sum or gauge, the other members of a histogram. */
export interface Point {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value?: number;
  readonly count?: number;
  readonly sum?: number | undefined;
  readonly bounds?: readonly number[];
  readonly counts?: readonly number[];
}

/** A metric as it arrived over the wire. */
export interface CollectedMetric extends Origin {
  readonly name: string;
  readonly unit: string;
  readonly kind: "sum" | "gauge" | "histogram" | undefined;
  readonly points: readonly Point[];
}

/** A log record as it arrived over the wire. */
export interface CollectedLog extends Origin {
  readonly eventName: string | undefined;
  readonly severityNumber: number;
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** What one export request, or all of them, brought. */
export interface Collected {
  readonly spans: readonly CollectedSpan[];
  readonly metrics: readonly CollectedMetric[];
  readonly logs: readonly CollectedLog[];
}
