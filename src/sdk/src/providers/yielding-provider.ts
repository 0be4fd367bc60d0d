import type { Tracer, TracerOptions, TracerProvider } from "@opentelemetry/api";
import { TracerProvider as SdkTracerProvider } from "@opentelemetry/sdk-trace";

type Asked = readonly [name: string, version?: string, options?: TracerOptions];

/**
 * A provider that can give way. Whoever asks the API for a tracer before the application has registered its provider
 * means that one: OpenTelemetry's own NodeSDK hands tracers to its instrumentations first. Without us they would wait
 * for it, and so the tracers that came from here must become tracers of that provider.
 */
export class YieldingTracerProvider extends SdkTracerProvider {
  readonly #handedOut = new Map<Tracer, Asked>();
  #taken: TracerProvider | undefined;

  override getTracer(...asked: Asked): Tracer {
    const tracer = super.getTracer(...asked);
    if (!this.#handedOut.has(tracer)) {
      this.#handedOut.set(tracer, asked);
      if (this.#taken !== undefined) startWith(this.#taken, tracer, asked);
    }
    return tracer;
  }

  /** Has all tracers make their spans through that provider from now on. */
  yieldTo(provider: TracerProvider): void {
    this.#taken = provider;
    for (const [tracer, asked] of this.#handedOut) startWith(provider, tracer, asked);
  }
}

/** Not before the first span: the API tells of a provider a moment before it passes on what is asked of it. */
function startWith(provider: TracerProvider, tracer: Tracer, asked: Asked): void {
  let theirs: Tracer | undefined;
  const ownStart = Object.getPrototypeOf(tracer).startSpan as Tracer["startSpan"];
  // `startActiveSpan` starts its span through this, too.
  tracer.startSpan = (...args) => {
    theirs ??= provider.getTracer(...asked);
    return theirs === tracer ? ownStart.apply(tracer, args) : theirs.startSpan(...args);
  };
}
