import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import type { LoggerProvider } from "@opentelemetry/api-logs";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import { ADAPTERS, type Adapter, type AdapterInstrumentation } from "../libraries/adapters.js";
import { withRequireHook } from "./hook-library.js";

/** The providers that the instrumentations of a run use; missing ones are taken from the OpenTelemetry API. */
export interface Providers {
  readonly tracerProvider?: TracerProvider | undefined;
  readonly meterProvider?: MeterProvider | undefined;
  readonly loggerProvider?: LoggerProvider | undefined;
}

/** The instrumentations of one run: the application's, and the kit's, each created when its library is used. */
export class Instrumentations {
  readonly #create: (adapter: Adapter) => AdapterInstrumentation;
  readonly #adapters: readonly Adapter[];
  readonly #all: Instrumentation[] = [];
  readonly #byName = new Map<string, AdapterInstrumentation>();
  #providers: Providers;

  constructor(
    providers: Providers,
    create: (adapter: Adapter) => AdapterInstrumentation,
    adapters: readonly Adapter[] = ADAPTERS,
  ) {
    this.#providers = providers;
    this.#create = create;
    this.#adapters = adapters;
  }

  add(instrumentation: Instrumentation): void {
    provide(instrumentation, this.#providers);
    instrumentation.enable();
    this.#all.push(instrumentation);
  }

  /** The instrumentation of a library, created when first needed. */
  of(adapter: Adapter): AdapterInstrumentation {
    const known = this.#byName.get(adapter.name);
    if (known !== undefined) return known;
    const created = withRequireHook(() => this.#create(adapter));
    this.#byName.set(adapter.name, created);
    this.add(created);
    return created;
  }

  /** Replaces the given providers from now on. */
  use(providers: Providers): void {
    this.#providers = { ...this.#providers, ...providers };
    for (const instrumentation of this.#all) provide(instrumentation, providers);
  }

  /** Instruments a module that no hook has seen. `false` if the kit does not know it. */
  patch(exports: unknown, library: string | undefined): boolean {
    const adapter = this.#adapters.find((each) =>
      library === undefined
        ? recognises(each, exports)
        : each.name === library || each.modules[0] === library,
    );
    if (adapter === undefined) return false;
    this.of(adapter).manuallyInstrument(exports);
    return true;
  }

  /** Ends the spans of open calls: no answer will come any more. */
  endOpenCalls(): void {
    for (const instrumentation of this.#all)
      (instrumentation as Partial<AdapterInstrumentation>).endOpenCalls?.();
  }

  disable(): void {
    for (const instrumentation of this.#all.toReversed()) instrumentation.disable();
  }
}

function provide(instrumentation: Instrumentation, providers: Providers): void {
  const { tracerProvider, meterProvider, loggerProvider } = providers;
  if (tracerProvider != null) instrumentation.setTracerProvider(tracerProvider);
  if (meterProvider != null) instrumentation.setMeterProvider(meterProvider);
  if (loggerProvider != null) instrumentation.setLoggerProvider?.(loggerProvider);
}

/** Recognises a library by what it exports: its module, its default export, or the class itself. */
function recognises({ exported, exportsAll = false }: Adapter, exports: unknown): boolean {
  const candidates = [exports, (exports as { default?: unknown } | null | undefined)?.default];
  return candidates.some((candidate) => {
    if (typeof candidate === "function" && exported.includes(candidate.name)) return !exportsAll;
    if (candidate === null || !["object", "function"].includes(typeof candidate)) return false;
    const members = candidate as Readonly<Record<string, unknown>>;
    const isThere = (name: string) => typeof members[name] === "function";
    return exportsAll ? exported.every(isThere) : exported.some(isThere);
  });
}
