import {
  type Context,
  context,
  diag,
  type MeterProvider,
  metrics,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { LoggerProvider } from "@opentelemetry/api-logs";
import {
  InstrumentationBase,
  type InstrumentationConfig,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from "@opentelemetry/instrumentation";
import { SCHEMA_URL } from "./attributes.js";
import { type ContentOptions, createContentPolicy } from "./content-policy.js";
import { CostCalculator } from "./cost/calculator.js";
import type { CostMatch } from "./cost/model-name.js";
import type { PriceOverrides } from "./cost/price.js";
import type { Definition, Target } from "./definition.js";
import { readEndpoint } from "./endpoint.js";
import { RememberedSpans } from "./links.js";
import { Instruments, isInference } from "./metrics.js";
import {
  adoptSpan,
  type NativeTelemetry,
  type NativeTelemetryMode,
  readNativeMode,
  standIn,
  withoutSpans,
} from "./native.js";
import { StandInSpan } from "./native-span.js";
import { Observation } from "./observation.js";
import type { Call, RequestFacts, ToolFacts, ToolLoop } from "./operation.js";
import { Patches } from "./patches.js";
import { type Providers, resolveProviders } from "./providers.js";
import { type OperationStart, Recorder } from "./recorder.js";
import { followHandedOut, followHandingOut, handsOut, isAPIPromise, observeAPIPromise } from "./stainless.js";
import { isInferenceRecorded, isTracingSuppressed } from "./suppression.js";
import type { Telemetry } from "./telemetry.js";
import { traceTool } from "./tool.js";

/** Options that every GenAI instrumentation takes. */
export interface GenAIInstrumentationConfig extends InstrumentationConfig, ContentOptions {
  /** Own prices by model name, in US dollars per 1,000 tokens; they win over the built-in table. */
  prices?: PriceOverrides;
  /** How much of a model's name must agree for own and published prices to hold. @default "strict" */
  costMatch?: CostMatch;
  /** Whether log events are made (operation details, exceptions), if a LoggerProvider is there. @default true */
  emitEvents?: boolean;
  /**
   * Whose spans tell of a call to a library that makes spans by itself (its README says which versions do): only
   * `ours`, only its `native` ones (metrics and events stay ours), or `both`. No effect on other libraries.
   * @default "ours"
   */
  nativeTelemetry?: NativeTelemetryMode;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Base of every instrumentation of the kit. A subclass states a {@link Definition} and nothing else: patching,
 * spans, metrics, events, content policy, cost and transparency are here, once.
 */
export abstract class GenAIInstrumentation<
  Config extends GenAIInstrumentationConfig = GenAIInstrumentationConfig,
> extends InstrumentationBase<Config> {
  /** Static, because the base class asks for it inside its constructor, before a subclass has any field. */
  static readonly definition: Definition;

  // Declared without initialisers: the base constructor already fills them, and an initialiser would wipe that.
  declare private patches: Patches | undefined;
  declare private telemetry: Telemetry | undefined;
  declare private providers: Providers | undefined;
  declare private meters: MeterProvider | undefined;
  declare private nativeMode: NativeTelemetryMode | undefined;
  declare private costs: CostCalculator | undefined;
  declare private remembered: RememberedSpans | undefined;

  constructor(config: Config = {} as Config) {
    const { definition } = new.target as unknown as typeof GenAIInstrumentation;
    super(definition.name, definition.version, config);
  }

  private get definition(): Definition {
    return (this.constructor as typeof GenAIInstrumentation).definition;
  }

  protected override init(): InstrumentationNodeModuleDefinition {
    const { module, versions, files = [] } = this.definition;
    const patch = (exports: unknown, version?: string) => {
      this.patch(exports, version);
      return exports;
    };
    const parts = files.map(
      (file) => new InstrumentationNodeModuleFile(`${module}/${file}`, versions, patch, () => {}),
    );
    return new InstrumentationNodeModuleDefinition(module, versions, patch, undefined, parts);
  }

  /**
   * Instruments a module that was loaded before this instrumentation, or that a bundler took in: pass what
   * `import * as sdk from "…"`, `require("…")` or its main class gave you.
   */
  manuallyInstrument(exports: unknown, version?: string): void {
    this.patch(exports, version);
  }

  override enable(): void {
    super.enable();
    this.patches?.apply();
  }

  override disable(): void {
    super.disable();
    this.patches?.restore();
  }

  override setConfig(config: Config): void {
    super.setConfig(config);
    this.costs = undefined;
    this.telemetry = undefined;
    this.nativeMode = undefined;
  }

  override setTracerProvider(tracerProvider: TracerProvider): void {
    super.setTracerProvider(tracerProvider);
    this.use({ tracerProvider });
  }

  override setMeterProvider(meterProvider: MeterProvider): void {
    super.setMeterProvider(meterProvider);
    this.use({ meterProvider });
  }

  override setLoggerProvider(loggerProvider: LoggerProvider): void {
    super.setLoggerProvider(loggerProvider);
    this.use({ loggerProvider });
  }

  private use(providers: Providers): void {
    this.providers = { ...this.providers, ...providers };
    this.telemetry = undefined;
  }

  private patch(exports: unknown, version: string | undefined): void {
    this.patches ??= new Patches();
    let found = 0;
    try {
      for (const target of this.definition.targets(exports, version)) {
        if (this.patches.add(target.on, target.method, (original) => this.wrap(original, target))) found += 1;
      }
    } catch (error) {
      diag.warn(`${this.definition.name}: cannot instrument ${this.definition.module}`, String(error));
      return;
    }
    diag.debug(
      `${this.definition.name}: instrumented ${found} methods of ${this.definition.module}`,
      version ?? "",
    );
  }

  private wrap(original: Method, target: Target): Method {
    const self = this;
    if ("toolLoop" in target) {
      const { toolLoop } = target;
      return {
        method(this: unknown, ...args: unknown[]) {
          return Reflect.apply(
            original,
            this,
            self.isEnabled() ? self.withTracedTools(toolLoop, this, args) : args,
          );
        },
      }.method;
    }
    const { call } = target;
    return {
      method(this: unknown, ...args: unknown[]) {
        return self.isEnabled()
          ? self.record(original, call, this, args)
          : Reflect.apply(original, this, args);
      },
    }.method;
  }

  private withTracedTools(toolLoop: ToolLoop, receiver: unknown, args: unknown[]): unknown[] {
    try {
      if (this.meetNative(receiver) === "native") return args;
      const active = () => (this.isEnabled() ? this.active() : undefined);
      return [
        ...toolLoop(args, <F extends (...args: never[]) => unknown>(tool: ToolFacts, run: F) =>
          traceTool(active, tool, run),
        ),
      ];
    } catch (error) {
      diag.debug(`${this.definition.name}: tools cannot be traced`, String(error));
      return args;
    }
  }

  private record(original: Method, call: Call, receiver: unknown, args: unknown[]): unknown {
    const started = this.start(call, receiver, args);
    if (started === undefined) return Reflect.apply(original, receiver, args);
    const [recorder, request] = started;
    let result: unknown;
    try {
      // A context manager may turn an undefined receiver into null, which the library's own error would tell.
      result =
        receiver == null
          ? context.with(recorder.context, () => Reflect.apply(original, receiver, args))
          : context.with(recorder.context, original, receiver, ...args);
    } catch (error) {
      recorder.end({ outcome: "error", error });
      throw error;
    }
    if (!recorder.recording) return result;
    if (handsOut(result)) {
      const prototype: object = Object.getPrototypeOf(result);
      this.patches?.add(prototype, "_responseProps", followHandingOut);
      this.patches?.add(prototype, "_thenUnwrap", followHandedOut);
    }
    return observe(result, recorder, call, request);
  }

  private start(call: Call, receiver: unknown, args: unknown[]): [Recorder, RequestFacts] | undefined {
    try {
      const parent = context.active();
      if (isTracingSuppressed(parent)) return undefined;
      const request = call.request(...args);
      // Before all that may leave the call alone: the library's own span would count it again.
      const native = this.meetNative(receiver);
      if (isInferenceRecorded(parent) && isInference(request.operation)) return undefined;
      const telemetry = this.active();
      if (request.onlyLinked === true && telemetry.remembered.linksTo(request.linkTo).length === 0)
        return undefined;
      telemetry.costs.warmUp();
      const start = this.describe(request, receiver, parent);
      const recorder = new Recorder(native === "native" ? withoutSpans(telemetry) : telemetry, start);
      if (native === "ours")
        adoptSpan(trace.getSpan(recorder.context), parent, this.definition.native?.passed?.(args));
      return [recorder, request];
    } catch (error) {
      diag.debug(`${this.definition.name}: a call cannot be recorded`, String(error));
      return undefined;
    }
  }

  /** What to do about the spans that the client behind `receiver` makes by itself; `undefined`: it makes none. */
  private meetNative(receiver: unknown): NativeTelemetryMode | undefined {
    const { native } = this.definition;
    const field = native?.tracer(receiver);
    if (native === undefined || field === undefined) return undefined;
    const mode = this.modeOf(native);
    if (mode === "ours") {
      standIn(field, native, () =>
        this.isEnabled() && this.modeOf(native) === "ours" ? this.active() : undefined,
      );
    }
    return mode;
  }

  private modeOf({ variable }: NativeTelemetry): NativeTelemetryMode {
    this.nativeMode ??= readNativeMode(this.getConfig().nativeTelemetry, variable);
    return this.nativeMode;
  }

  private describe(request: RequestFacts, receiver: unknown, parent: Context): OperationStart {
    const {
      provider: standard,
      ownProviders,
      baseUrl,
      providerOf,
      errorCode,
      headers,
      native,
    } = this.definition;
    const endpoint = readEndpoint(baseUrl(receiver));
    const provider = providerOf?.(receiver) ?? endpoint.provider ?? standard;
    const ownProvider = (ownProviders ?? [standard]).includes(provider);
    const ended = native === undefined ? undefined : StandInSpan.tallyIn(parent);
    return { request, provider, endpoint, ownProvider, errorCode, headers, parent, ended };
  }

  private active(): Telemetry {
    // Meters have no proxy: an application may register its MeterProvider after its first call.
    if (this.providers?.meterProvider === undefined && metrics.getMeterProvider() !== this.meters) {
      this.telemetry = undefined;
    }
    this.telemetry ??= this.assemble();
    return this.telemetry;
  }

  private assemble(): Telemetry {
    const config = this.getConfig();
    const { name, version } = this.definition;
    const scope = { schemaUrl: SCHEMA_URL };
    const { tracerProvider, meterProvider, loggerProvider } = resolveProviders(this.providers);
    this.meters = meterProvider;
    // Prices and remembered spans outlive a change of provider.
    this.costs ??= new CostCalculator(config.prices, config.costMatch);
    this.remembered ??= new RememberedSpans();
    return {
      tracer: tracerProvider.getTracer(name, version, scope),
      logger: config.emitEvents === false ? undefined : loggerProvider.getLogger(name, version, scope),
      instruments: Instruments.create(meterProvider.getMeter(name, version, scope)),
      policy: createContentPolicy(config),
      costs: this.costs,
      remembered: this.remembered,
    };
  }
}

/** Watches what a method gave, and returns what its caller gets: the very object, but for a plain promise. */
function observe(result: unknown, recorder: Recorder, call: Call, request: RequestFacts): unknown {
  try {
    const observation = new Observation(recorder, call, request);
    if (isAPIPromise(result)) observeAPIPromise(result, observation);
    else if (result instanceof Promise) return observePromise(result, observation);
    else observation.settle(result);
  } catch (error) {
    diag.debug("a call cannot be observed", String(error));
    recorder.end({ outcome: "raw" });
  }
  return result;
}

/** A handler on the promise itself would count its rejection as handled; the derived one reports it as before. */
function observePromise(promise: Promise<unknown>, observation: Observation): Promise<unknown> {
  return promise.then(
    (value) => {
      observation.settle(value);
      return value;
    },
    (error: unknown) => {
      observation.fail(error);
      throw error;
    },
  );
}
