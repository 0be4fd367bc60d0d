import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import type { Recorded } from "../support/conformance.js";

/** Marks every piece of content with a word of its own, and finds those words in what was exported. */
export class Canaries {
  readonly #labels = new Map<string, string>();

  /** A sentence around a word found nowhere else, so that a leak names the field it came from. */
  word(label: string): string {
    const word = `canary${this.#labels.size.toString(36).padStart(2, "0")}q${label.replace(/\W/g, "")}`;
    this.#labels.set(word, label);
    return word;
  }

  /** Text long enough to be quoted in part, with the word in its first characters. */
  text(label: string): string {
    return `${this.word(label)} and then some more words, "quotes" and a line\nbreak about nothing at all.`;
  }

  /** What was marked. */
  get labels(): string[] {
    return [...this.#labels.values()];
  }

  /** How many fields were marked. */
  get count(): number {
    return this.#labels.size;
  }

  /** Labels of the fields whose word stands somewhere in a text. */
  leaksIn(exported: string): string[] {
    return [...this.#labels].filter(([word]) => exported.includes(word)).map(([, label]) => label);
  }
}

/** What would leave the process, signal by signal, as the OTLP exporters write it. */
export interface Exported {
  readonly spans: string;
  readonly metrics: string;
  readonly logs: string;
}

/** Serialises a run exactly as an OTLP exporter would. */
export function exportedBytes(recorded: Recorded): Exported {
  const decode = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
  const [span] = recorded.spans;
  const metrics =
    span &&
    JsonMetricsSerializer.serializeRequest({ resource: span.resource, scopeMetrics: [...recorded.metrics] });
  return {
    spans: decode(JsonTraceSerializer.serializeRequest([...recorded.spans])),
    metrics: decode(metrics),
    logs: decode(JsonLogsSerializer.serializeRequest([...recorded.logs])),
  };
}
