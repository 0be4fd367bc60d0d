import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { createAgentPulse } from "./agentpulse.js";
import type { Configuration } from "./configuration.js";
import type { InitOptions } from "./options.js";
import { parts } from "./parts.js";

/** A place for spans that attaches itself when its credentials are configured. */
export interface Backend {
  readonly name: string;
  /** One of these is set when somebody wants it. */
  readonly variables: readonly string[];
  /** Or one of these. */
  readonly options: readonly (keyof InitOptions)[];
  /** What it cannot do without. */
  readonly needs: string;
  /** `undefined` when what is configured does not suffice. */
  readonly create: (options: InitOptions, configuration: Configuration) => SpanProcessor | undefined;
}

/** One entry for each backend besides OTLP. Required when wanted, not imported: most applications want none. */
export const BACKENDS: readonly Backend[] = [
  {
    name: "AgentPulse",
    variables: ["AGENTPULSE_API_KEY", "AGENTPULSE_AGENT", "AGENTPULSE_ENDPOINT"],
    options: ["apiKey", "agentName", "endpoint", "agentpulse"],
    needs: "AGENTPULSE_API_KEY or the option apiKey",
    create: createAgentPulse,
  },
  {
    name: "CatSyphon",
    variables: ["CATSYPHON_URL", "CATSYPHON_COLLECTOR_ID", "CATSYPHON_API_KEY", "CATSYPHON_WORKSPACE_ID"],
    options: [],
    needs:
      "CATSYPHON_URL with CATSYPHON_COLLECTOR_ID and CATSYPHON_API_KEY, or with CATSYPHON_WORKSPACE_ID and a stored credential",
    create: () => {
      const { createCatSyphonExporterFromEnv, CatSyphonSpanProcessor } = parts.catsyphon();
      const exporter = createCatSyphonExporterFromEnv();
      return exporter && new CatSyphonSpanProcessor(exporter);
    },
  },
];

/** A backend that somebody wants, and the first thing that says so. */
export interface Wanted {
  readonly backend: Backend;
  readonly because: string;
}

export function wantedBackends(options: InitOptions, configuration: Configuration): readonly Wanted[] {
  return BACKENDS.flatMap((backend) => {
    const because =
      backend.options.find((option) => configuration.given({ option, value: options[option] }) != null) ??
      configuration.given({ variables: backend.variables })?.name;
    return because === undefined ? [] : [{ backend, because }];
  });
}

/** The processors of the wanted backends; one that cannot be attached is reported with what asks for it. */
export function createBackends(options: InitOptions, configuration: Configuration): SpanProcessor[] {
  return wantedBackends(options, configuration).flatMap(({ backend: { name, needs, create }, because }) => {
    try {
      const processor = create(options, configuration);
      if (processor != null) return [processor];
      configuration.report(`${because} is set, but ${name} needs ${needs}; no spans are sent there.`);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      configuration.report(`${problem.replace(/\.$/, "")}; no spans are sent to ${name}.`);
    }
    return [];
  });
}
