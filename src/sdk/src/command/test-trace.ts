import { ATTR, SCHEMA_URL } from "@kit/genai/core";
import { DiagLogLevel, diag, SpanKind } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Settings } from "../settings/settings.js";
import { VERSION } from "../version.js";
import type { Answer, Destination } from "./destination.js";
import type { Finding } from "./finding.js";
import { readPlan } from "./plan.js";
import { askAll, judgeConfiguration, type Status } from "./status.js";

/** What became of the test trace. */
export interface TestReport {
  /** Whether every backend accepted it, and nothing is wrong with the configuration. */
  readonly ok: boolean;
  /** Absent where the kit is switched off. */
  readonly traceId?: string;
  readonly configuration: readonly Finding[];
  readonly destinations: Status["destinations"];
}

const MODEL = "kit-telemetry-test";

/** @param timeoutMs how long a backend may take, including retries */
export async function sendTest(timeoutMs: number): Promise<TestReport> {
  const plan = readPlan();
  const configuration = judgeConfiguration(plan);
  const wellConfigured = configuration.every(({ level }) => level !== "problem");
  if (plan.settings === undefined) return { ok: false, configuration, destinations: [] };
  const span = makeSpan(plan.settings);
  const { traceId } = span.spanContext();
  const places = plan.destinations.filter(({ send }) => send !== undefined);
  const asked = await askAll(places, timeoutMs);
  const said = listen();
  const destinations = await Promise.all(
    asked.map(async (found, at) => {
      // A backend that is unreachable or refuses the credentials is sent nothing: its retries would only take time.
      if (found.level !== "ok") return found;
      const { ok, says } = await sendTo(places[at] as Destination, span, timeoutMs);
      const why = said.filter((line) => line.includes(found.subject)).join(" ");
      return { ...found, level: ok ? "ok" : "problem", says: ok ? says : `${says}. ${why}`.trim() } as const;
    }),
  );
  diag.disable();
  const ok = wellConfigured && destinations.every(({ level }) => level !== "problem");
  return { ok, traceId, configuration, destinations };
}

/** A span like that of a model call, without content. */
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

/** Collects the warnings of the exporters from now on: only there they say why they dropped something. */
function listen(): readonly string[] {
  const said: string[] = [];
  const hear = (...words: unknown[]) => said.push(words.map(String).join(" "));
  const logger = { error: hear, warn: hear, info: () => {}, debug: () => {}, verbose: () => {} };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return said;
}

function sendTo({ send }: Destination, span: ReadableSpan, timeoutMs: number): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<Answer>((resolve) => {
    signal.addEventListener("abort", () => resolve({ ok: false, says: "gave no answer in time" }));
  });
  return Promise.race([send?.(span, signal) ?? late, late]);
}
