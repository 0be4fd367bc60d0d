import { ATTR, SCHEMA_URL } from "@kit/genai/core";
import { DiagLogLevel, diag, SpanKind } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Settings } from "../settings.js";
import { VERSION } from "../version.js";
import type { Answer, Destination } from "./destination.js";
import type { Finding } from "./finding.js";
import { readPlan } from "./plan.js";
import { askAll, judgeConfiguration, type Status } from "./status.js";

/** What became of a trace that was made for the purpose. */
export interface TestReport {
  /** Whether every backend took it, and nothing is wrong with the configuration. */
  readonly ok: boolean;
  /** Absent where the kit is switched off. */
  readonly traceId?: string;
  readonly configuration: readonly Finding[];
  readonly destinations: Status["destinations"];
}

const MODEL = "kit-telemetry-test";
/** @param patienceMs how long a backend may take, its repetitions included */
export async function sendTest(patienceMs: number): Promise<TestReport> {
  const plan = readPlan();
  const configuration = judgeConfiguration(plan);
  const wellConfigured = configuration.every(({ level }) => level !== "problem");
  if (plan.settings === undefined) return { ok: false, configuration, destinations: [] };
  const span = makeSpan(plan.settings);
  const { traceId } = span.spanContext();
  const places = plan.destinations.filter(({ send }) => send !== undefined);
  const asked = await askAll(places, patienceMs);
  const said = listen();
  const destinations = await Promise.all(
    asked.map(async (found, at) => {
      // Whoever is not there, or does not know us, is not waited for.
      if (found.level !== "ok") return found;
      const { ok, says } = await sendTo(places[at] as Destination, span, patienceMs);
      const why = said.filter((line) => line.includes(found.subject)).join(" ");
      return { ...found, level: ok ? "ok" : "problem", says: ok ? says : `${says}. ${why}`.trim() } as const;
    }),
  );
  diag.disable();
  const ok = wellConfigured && destinations.every(({ level }) => level !== "problem");
  return { ok, traceId, configuration, destinations };
}

/** As a call of a model that nobody asks, without a word of content. */
function makeSpan({ resource, spanLimits }: Settings): ReadableSpan {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource,
    spanLimits,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const attributes = {
    [ATTR.operationName]: "chat",
    [ATTR.providerName]: "kit",
    [ATTR.requestModel]: MODEL,
    [ATTR.responseModel]: MODEL,
    [ATTR.responseId]: MODEL,
    [ATTR.responseFinishReasons]: ["stop"],
    [ATTR.serverAddress]: "localhost",
    [ATTR.serverPort]: 443,
    [ATTR.usageInputTokens]: 0,
    [ATTR.usageOutputTokens]: 0,
  };
  provider
    .getTracer("@kit/sdk", VERSION, { schemaUrl: SCHEMA_URL })
    .startSpan(`chat ${MODEL}`, { kind: SpanKind.CLIENT, root: true, attributes })
    .end();
  const [span] = exporter.getFinishedSpans();
  if (span === undefined) throw new Error("no span was made");
  return span;
}

/** What the exporters complain of from now on, which is where they say why. */
function listen(): readonly string[] {
  const said: string[] = [];
  const hear = (...words: unknown[]) => said.push(words.map(String).join(" "));
  const logger = { error: hear, warn: hear, info: () => {}, debug: () => {}, verbose: () => {} };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return said;
}

function sendTo({ send }: Destination, span: ReadableSpan, patienceMs: number): Promise<Answer> {
  const signal = AbortSignal.timeout(patienceMs);
  const late = new Promise<Answer>((resolve) => {
    signal.addEventListener("abort", () => resolve({ ok: false, says: "gave no answer in time" }));
  });
  return Promise.race([send?.(span, signal) ?? late, late]);
}
