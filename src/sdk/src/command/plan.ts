import { readAgentPulse } from "../backends/agentpulse.js";
import { BACKENDS, findCatSyphon, openBackends, wantedBackends } from "../backends/backends.js";
import { Configuration } from "../configuration.js";
import { toAdapterConfig } from "../libraries/adapter-config.js";
import { type Adapter, chooseAdapters } from "../libraries/adapters.js";
import type { Signal } from "../otlp/settings.js";
import { isDisabled } from "../settings/disabled.js";
import { readDebug, readLogLevel, readSettings, type Settings } from "../settings/settings.js";
import { readTemporality } from "../signals/metrics.js";
import type { Destination } from "./destination.js";
import { type Setting, SettingList } from "./setting-list.js";
import { toAgentPulse } from "./to-agentpulse.js";
import { toCatSyphon } from "./to-catsyphon.js";
import { toCollector } from "./to-collector.js";

/** What `init` would do in this environment, without doing it. */
export interface Plan {
  /** Absent if the kit is disabled: nothing else is read then. */
  readonly settings: Settings | undefined;
  /** Instrumentations that are enabled. */
  readonly adapters: readonly Adapter[];
  readonly destinations: readonly Destination[];
  /** Each setting that a variable can change. */
  readonly list: readonly Setting[];
  /** Variables that are set and have no effect. */
  readonly unread: readonly string[];
  /** The lines that `init` would write. */
  readonly mistakes: readonly string[];
}

/** Uses the functions that `init` uses, so that both agree. */
export function readPlan(): Plan {
  const mistakes = new Set<string>();
  const list = new SettingList();
  const configuration = new Configuration(process.env, (problem) => mistakes.add(problem), list.note);
  const disabled = isDisabled({}, configuration);
  readLogLevel({}, configuration);
  readDebug({}, configuration);
  const plan = disabled ? OFF : readRest(configuration);
  const unread = disabled ? [] : list.unread(process.env);
  return { ...plan, list: list.all, unread, mistakes: [...mistakes] };
}

const OFF = { settings: undefined, adapters: [], destinations: [] };

function readRest(configuration: Configuration) {
  const settings = readSettings({}, configuration);
  const adapters = chooseAdapters({}, configuration);
  const destinations = [...collectorsOf(settings, configuration), ...backendsOf(configuration)];
  const config = toAdapterConfig({}, configuration);
  for (const adapter of adapters) config(adapter);
  return { settings, adapters, destinations };
}

function collectorsOf(settings: Settings, configuration: Configuration): Destination[] {
  const elsewhere = wantedBackends({}, configuration).length > 0;
  return (["traces", "metrics", "logs"] as const).flatMap((signal) => {
    const { exporters, otlp, asked } = settings[signal];
    return exporters.map((name) => {
      if (name === "console") return toConsole(signal);
      if (signal === "metrics") readTemporality(configuration);
      return toCollector(signal, otlp(), signal === "traces" && elsewhere && !asked);
    });
  });
}

function toConsole(signal: Signal): Destination {
  const answer = async () => ({ ok: true, says: "shows them where the application runs" });
  return {
    name: `console ${signal}`,
    address: "standard output",
    ask: answer,
    ...(signal === "traces" && { send: answer }),
  };
}

/** How each backend is asked. */
export const OPEN: Readonly<Record<string, (configuration: Configuration) => Destination | undefined>> = {
  AgentPulse: (configuration) => {
    const options = readAgentPulse({}, configuration);
    return options && toAgentPulse(options);
  },
  CatSyphon: () => {
    const client = findCatSyphon();
    return client && toCatSyphon(client);
  },
};

/** Read only by CatSyphon's client. */
const STORE_OF_CREDENTIALS = ["CATSYPHON_PROFILE", "CATSYPHON_CONFIG_DIR"];

function backendsOf(configuration: Configuration): Destination[] {
  const variables = BACKENDS.flatMap((backend) => backend.variables);
  for (const variable of [...variables, ...STORE_OF_CREDENTIALS])
    configuration.string({ variables: [variable] });
  return openBackends({}, configuration, ({ name }) => OPEN[name]?.(configuration));
}
