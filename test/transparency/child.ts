// One process, one SDK, one module system, bare or instrumented: runs every scenario and writes what it saw.
// Arguments: the run as JSON. Started by matrix.ts with --expose-gc.
import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { anthropicSuite } from "./anthropic/suite.js";
import { instrument } from "./instrument.js";
import { type Aftermath, type Switching, tryAftermath, trySwitching } from "./lifecycle.js";
import { describe, type Seen } from "./observe.js";
import { openaiSuite } from "./openai/suite.js";
import { Provider, type ProviderRequest, type Reply } from "./provider.js";
import { OWN_SPAN, provideTracing, Recorder } from "./recorder.js";
import type { Run, RunResult } from "./run.js";
import type { App, Observation, Report, Scenario } from "./scenario.js";
import { loadApp } from "./sdk.js";
import type { Client, Dialect } from "./shared/dialect.js";
import { within } from "./ticks.js";

declare const gc: () => void;

const run = JSON.parse(process.argv[2] ?? "{}") as Run;
const rejections: Seen[] = [];
const output: string[] = [];
const recorder = new Recorder();

process.on("unhandledRejection", (reason) => rejections.push({ unhandled: describe(reason) }));
process.on("rejectionHandled", () => rejections.push("handled later"));
process.removeAllListeners("warning");
process.on("warning", (warning) => output.push(`warning: ${warning.name}: ${warning.message}`));
for (const level of ["log", "info", "warn", "error", "debug"] as const) {
  console[level] = (...words: unknown[]) => void output.push(`${level}: ${words.map(wordOf).join(" ")}`);
}

function wordOf(word: unknown): string {
  return typeof word === "string" ? word : JSON.stringify(describe(word));
}

/** Turns of the loop after which every handler, close event and rejection of a scenario has been heard. */
async function settle(provider: Provider, leavesOpen = false): Promise<void> {
  await provider.quiet(leavesOpen ? 50 : 2_000);
  for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
  await delay(2);
}

async function runOne(
  scenario: Scenario<unknown, unknown>,
  app: App<unknown, unknown>,
): Promise<Observation> {
  rejections.length = 0;
  output.length = 0;
  let seen: unknown;
  let isOver = false;
  try {
    seen = await Promise.race([scenario.run(app), patience(() => isOver)]);
  } catch (error) {
    seen = { "[scenario threw]": describe(error) };
  }
  isOver = true;
  await settle(app.provider, scenario.leavesOpen);
  const requests = app.provider.requests.map(({ method, path, headers, body, end }) => ({
    method,
    path,
    headers,
    body,
    // What is dropped is closed by the garbage collector, which comes to one run early and to another late.
    end: scenario.drops ? "up to the collector" : end,
  }));
  await app.provider.stop();
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
  return {
    seen: (seen ?? null) as Seen,
    requests: JSON.parse(JSON.stringify(requests)) as Seen,
    rejections: [...rejections],
    output: [...output],
  };
}

/** A scenario that hangs is a finding like any other. */
async function patience(isOver: () => boolean): Promise<string> {
  await within(5_000, isOver, { ref: false });
  return "[hung]";
}

async function collectGarbage(scenario: string): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    if (recorder.spansOf(scenario).every(({ ends }) => ends > 0)) return;
    gc();
    await delay(5);
  }
}

async function runAll(): Promise<RunResult> {
  const suite = (run.app.startsWith("openai") ? openaiSuite : anthropicSuite) as unknown as Suite;
  // The context manager is the application's in both modes: its price and its behaviour are not ours.
  const tracing = run.mode === "bare" ? undefined : provideTracing(recorder);
  if (!tracing) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const instrumentation = tracing && run.mode === "instrumented" ? instrument(run, tracing) : undefined;
  const loaded = await loadApp(run);
  const ran: { scenario: Scenario<unknown, unknown>; observation: Observation }[] = [];
  for (const scenario of suite.scenarios) {
    recorder.scenario = scenario.name;
    const provider = await Provider.start(suite.routes);
    const app = appFor(suite, loaded, provider);
    if (scenario.needs && !scenario.needs(app)) {
      await provider.stop();
      continue;
    }
    ran.push({ scenario, observation: await runOne(scenario, app) });
    if (scenario.drops && instrumentation) await collectGarbage(scenario.name);
  }
  return {
    version: loaded.version.join("."),
    node: process.version,
    // Spans are read at the very end: one that ends twice or late is seen then.
    reports: ran.map(({ scenario, observation }) => toReport(scenario, observation)),
    ...(run.mode === "bare" ? { switching: await switchingOf(suite, loaded) } : {}),
    ...(instrumentation ? { aftermath: await aftermathOf(suite, loaded, instrumentation) } : {}),
  };
}

function toReport(
  { name, spans, optional = [] }: Scenario<unknown, unknown>,
  observation: Observation,
): Report {
  return { name, observation, expectedSpans: spans, optionalSpans: optional, spans: recorder.spansOf(name) };
}

/** A suite without the types of its SDK: the harness only passes them along. */
interface Suite {
  readonly scenarios: readonly Scenario<unknown, unknown>[];
  routes(request: ProviderRequest): Reply;
  client(sdk: unknown, provider: Provider, options: Record<string, unknown>): unknown;
  readonly dialect: Dialect;
}

type Instrumentation = ReturnType<typeof instrument>;
type Loaded = Awaited<ReturnType<typeof loadApp>>;

function appFor(suite: Suite, loaded: Loaded, provider: Provider): App<unknown, unknown> {
  const make = (options: Record<string, unknown> = {}) => suite.client(loaded.sdk, provider, options);
  return {
    client: make(),
    sdk: loaded.sdk,
    provider,
    version: loaded.version,
    make,
    load: loaded.load,
    async reported(count = 1) {
      await within(500, () => rejections.length >= count);
    },
    insideSpan: () => trace.getActiveSpan() !== undefined,
    async inOwnSpan(work) {
      return trace.getTracer("application").startActiveSpan(OWN_SPAN, async (span) => {
        try {
          return await work();
        } finally {
          span.end();
        }
      });
    },
  };
}

async function switchingOf(suite: Suite, loaded: Loaded): Promise<Switching> {
  const client = suite.client(loaded.sdk, await Provider.start(suite.routes), {}) as Client;
  const holder = Object.getPrototypeOf(suite.dialect.resource(client)) as object;
  return trySwitching(loaded.sdk, holder, () => instrument(run, undefined));
}

async function aftermathOf(suite: Suite, loaded: Loaded, live: Instrumentation): Promise<Aftermath> {
  const second = instrument({ ...run, module: "cjs" }, trace.getTracerProvider());
  let calls = 0;
  return tryAftermath(loaded.sdk, live, second, async () => {
    calls += 1;
    recorder.scenario = `afterwards ${calls}`;
    const provider = await Provider.start(suite.routes);
    await suite.dialect
      .resource(suite.client(loaded.sdk, provider, {}) as Client)
      .create(suite.dialect.params());
    await provider.stop();
    return recorder.spansOf(recorder.scenario);
  });
}

const result = await runAll();
writeFileSync(run.out, JSON.stringify(result));
process.exit(0);
