import { createRequire } from "node:module";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Configuration } from "./configuration.js";

/** A place for spans that attaches itself when its credentials are configured. */
export interface Backend {
  readonly name: string;
  /** One of these is set when somebody wants it. */
  readonly variables: readonly string[];
  /** `undefined` when what is configured does not suffice. */
  readonly create: () => SpanProcessor | undefined;
}

/** One entry for each backend besides OTLP. Required when wanted, not imported: most applications want none. */
export const BACKENDS: readonly Backend[] = [
  {
    name: "CatSyphon",
    variables: ["CATSYPHON_URL", "CATSYPHON_COLLECTOR_ID", "CATSYPHON_API_KEY", "CATSYPHON_WORKSPACE_ID"],
    create: () => {
      const {
        createCatSyphonExporterFromEnv,
        CatSyphonSpanProcessor,
      }: typeof import("@kit/exporter-catsyphon") = createRequire(import.meta.url)("@kit/exporter-catsyphon");
      const exporter = createCatSyphonExporterFromEnv();
      return exporter && new CatSyphonSpanProcessor(exporter);
    },
  },
];

/** The backends that somebody wants. */
export function wantedBackends(configuration: Configuration): readonly Backend[] {
  return BACKENDS.filter(({ variables }) => configuration.given({ variables }) != null);
}

/** The processors of the wanted backends; one that cannot be attached is reported with what it asks for. */
export function createBackends(configuration: Configuration): SpanProcessor[] {
  return wantedBackends(configuration).flatMap(({ name, variables, create }) => {
    const processor = create();
    if (processor != null) return [processor];
    const given = configuration.given({ variables })?.name;
    configuration.report(`${given} is set, but not all that ${name} needs; no spans are sent there.`);
    return [];
  });
}
