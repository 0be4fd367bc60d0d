import type { CollectorClient } from "@kit/catsyphon";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Configuration } from "../configuration.js";
import { lazy } from "../lazy-packages.js";
import type { InitOptions } from "../settings/options.js";
import { createAgentPulse } from "./agentpulse.js";

/** A backend that is used if its credentials are configured. */
export interface Backend {
  readonly name: string;
  /** If one of these is set, somebody wants it. */
  readonly variables: readonly string[];
  /** Or one of these. */
  readonly options: readonly (keyof InitOptions)[];
  /** What it requires, for the warning. */
  readonly needs: string;
  /** `undefined` if the configuration is incomplete. */
  readonly create: (options: InitOptions, configuration: Configuration) => SpanProcessor | undefined;
}

/** One entry for each backend besides OTLP. Loaded only if wanted, since most applications want none. */
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
      const client = findCatSyphon();
      return client && new (lazy.catsyphon().CatSyphonSpanProcessor)({ client });
    },
  },
];

/**
 * The client that CatSyphon's variables describe; `undefined` if some are missing.
 * @throws TypeError that names the variable with an invalid address or key
 */
export function findCatSyphon(): CollectorClient | undefined {
  try {
    return lazy.catsyphonClient().CollectorClient.fromEnv() ?? undefined;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new TypeError(
      problem.replace(/^serverUrl\b/, "CATSYPHON_URL").replace(/^apiKey\b/, "CATSYPHON_API_KEY"),
    );
  }
}

/** A backend that somebody wants, and the first setting that says so. */
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

/** The processors of the wanted backends. */
export function createBackends(options: InitOptions, configuration: Configuration): SpanProcessor[] {
  return openBackends(options, configuration, ({ create }) => create(options, configuration));
}

/** What `open` makes of each wanted backend. If it makes nothing, the setting that asks for the backend is reported. */
export function openBackends<Opened>(
  options: InitOptions,
  configuration: Configuration,
  open: (backend: Backend) => Opened | undefined,
): Opened[] {
  return wantedBackends(options, configuration).flatMap(({ backend, because }) => {
    const { name, needs } = backend;
    try {
      const opened = open(backend);
      if (opened != null) return [opened];
      configuration.report(`${because} is set, but ${name} needs ${needs}; no spans are sent there.`);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      configuration.report(`${problem.replace(/\.$/, "")}; no spans are sent to ${name}.`);
    }
    return [];
  });
}
