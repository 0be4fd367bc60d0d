import type { Target } from "@kit/genai";
import { isInferenceRecorded, isOperationRecorded } from "@kit/genai/framework";
import { context } from "@opentelemetry/api";

/** Since 2.2 a hook of each client makes a span for each request; since 2.3 only if telemetry is switched on. */
interface TracingHook {
  /** A provider of the application's, or the one below. */
  readonly tracerProvider?: unknown;
  /** A provider of the SDK's, whose spans go to Mistral alone. */
  readonly _autoTelemetryProvider?: unknown;
  readonly _telemetryUseGlobalProvider?: boolean;
}

interface Client {
  readonly _options?: { readonly hooks?: { readonly beforeRequestHooks?: readonly TracingHook[] } };
}

const OPERATIONS = ["embeddings", "invoke_agent", "create_agent"];

/**
 * Where the SDK starts its spans. It starts none for what is recorded here, so that no call is told twice; the spans that
 * the application sends to Mistral itself stay.
 */
export function ownSpans(exports: unknown): Target {
  const { Mistral } = exports as { Mistral?: new (options: object) => Client };
  const hooks = Mistral && new Mistral({})._options?.hooks?.beforeRequestHooks;
  const hook = hooks?.find(
    (each) => "_mistralTracingHook" in each || each.constructor.name === "TracingHook",
  );
  return {
    on: hook && (Object.getPrototypeOf(hook) as object),
    method: "beforeRequest",
    wrap: (original) =>
      ({
        method(this: unknown, ...args: unknown[]): unknown {
          const isTold = isRecorded() && !isForMistral(this as TracingHook);
          return isTold ? args[1] : Reflect.apply(original, this, args);
        },
      }).method,
  };
}

function isRecorded(): boolean {
  const active = context.active();
  return (
    isInferenceRecorded(active) || OPERATIONS.some((operation) => isOperationRecorded(active, operation))
  );
}

/** Before its first request, a client for which nothing is set goes by the environment. Version 2.2 knows nothing of it. */
function isForMistral(hook: TracingHook): boolean {
  if (!("_autoTelemetryProvider" in hook)) return false;
  if (hook._autoTelemetryProvider !== undefined) return true;
  if (hook._telemetryUseGlobalProvider === true || hook.tracerProvider !== undefined) return false;
  const mode = process.env.MISTRAL_SDK_TELEMETRY?.trim().toLowerCase() ?? "";
  return !["", "false", "global"].includes(mode);
}
