import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type FakeAgentPulse, startAgentPulse } from "../support/agentpulse/index.js";
import { FakeCatSyphon } from "../support/catsyphon/server.js";
import { OtlpCollector } from "../support/otlp-collector.js";
import { type Run, type RunOptions, startApp } from "../support/register/run-app.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const sdk = dirname(fileURLToPath(new URL("../../src/sdk/package.json", import.meta.url)));
const { bin } = createRequire(import.meta.url)(`${sdk}/package.json`) as { bin: Record<string, string> };
const [file = ""] = Object.values(bin);

/** Runs the command as it is installed. */
export function command(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return startCommand(args, options).ended;
}

/** Starts it, to be watched. A busy machine must not look like a backend that does not answer. */
export function startCommand(given: readonly string[], options: RunOptions = {}) {
  const args = given.includes("--timeout") ? given : [...given, "--timeout", "3000"];
  return startApp(pathToFileURL(join(sdk, file)).href, { flags: [], preloads: [], args, ...options });
}

/** The same with `--json`, read. */
export async function report(args: readonly string[], options: RunOptions = {}) {
  const { code, stdout, stderr } = await command([...args, "--json"], options);
  if (stderr !== "") throw new Error(stderr);
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect
  return { code, ...(JSON.parse(stdout) as any) };
}

/** Servers of all kinds, and a folder with packages that hold no more than their manifests. */
export interface Place {
  readonly collector: OtlpCollector;
  readonly agentpulse: FakeAgentPulse;
  readonly catsyphon: FakeCatSyphon;
  readonly folder: string;
  /** Variables that lead to all servers. */
  env(more?: Readonly<Record<string, string>>): Record<string, string>;
  /** Installs a package of this version below the folder. */
  install(path: string, version: string): void;
}

/** Sets the place up for the tests of a file; servers and packages are fresh for each. */
export function usePlace(): Place {
  let collector: OtlpCollector;
  let catsyphon: FakeCatSyphon;
  let agentpulse: FakeAgentPulse;
  let folder = "";
  let credentials: { collectorId: string; apiKey: string };
  beforeAll(async () => {
    collector = await OtlpCollector.start();
  });
  afterAll(() => collector.close());
  beforeEach(async () => {
    collector.reset();
    [agentpulse, catsyphon] = await Promise.all([startAgentPulse(), FakeCatSyphon.start()]);
    credentials = catsyphon.addCollector();
    folder = temporaryFolder();
    place.install("node_modules/@kit/register", "0.1.0");
    place.install("node_modules/openai", "6.49.0");
    return async () => {
      await Promise.all([agentpulse.close(), catsyphon.stop()]);
    };
  });
  const place: Place = {
    get collector() {
      return collector;
    },
    get agentpulse() {
      return agentpulse;
    },
    get catsyphon() {
      return catsyphon;
    },
    get folder() {
      return folder;
    },
    env: (more = {}) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      AGENTPULSE_ENDPOINT: agentpulse.url,
      AGENTPULSE_API_KEY: agentpulse.key,
      CATSYPHON_URL: catsyphon.url,
      CATSYPHON_COLLECTOR_ID: credentials.collectorId,
      CATSYPHON_API_KEY: credentials.apiKey,
      ...more,
    }),
    install(path, version) {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, "package.json"), JSON.stringify({ name, version }));
    },
  };
  return place;
}
