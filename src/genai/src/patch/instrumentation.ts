import {
  type Context,
  context,
  diag,
  type MeterProvider,
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
import { isInference } from "../adapter/inference.js";
import type { Call, RequestFacts, ToolFacts, ToolLoop } from "../adapter/operation.js";
import type { OperationEnd } from "../adapter/outcome.js";
import {
  isInferenceRecorded,
  isOperationRecorded,
  isTracingSuppressed,
  markRecorded,
  readInferenceTold,
  takeInference,
} from "../context/suppression.js";
import {
  adoptSpan,
  type NativeTelemetry,
  type NativeTelemetryMode,
  readNativeMode,
  silent,
  standIn,
} from "../native/native.js";
import { listenTo, tellOfNative, withNativeSpans } from "../native/native-echo.js";
import { guard } from "../record/guard.js";
import { Recorder } from "../record/recorder.js";
import type { Telemetry } from "../record/telemetry.js";
import { type TelemetryOptions, TelemetrySource } from "../record/telemetry-source.js";
import { inWords } from "../record/thrown.js";
import { traceTool } from "../tool/tool.js";
import { ABANDONED } from "../watch/observation.js";
import { observe } from "../watch/observe.js";
import { followHandedOut, followHandingOut, handsOut } from "../watch/stainless.js";
import { followLeaving, followMaking, followTurns, isStreamHelper } from "../watch/stream-helper.js";
import { type ChooseCall, type Definition, placeOf, type Target } from "./definition.js";
import { describe, withAllAttributes } from "./describe.js";
import { followGetting, type Method, Patches } from "./patches.js";
import { recordProviders } from "./recorded-providers.js";
import { chosen, readPosted, readRequest } from "./requests.js";
import { hookRequire } from "./require-hook.js";
import { ownerOf } from "./resources.js";

/** Options that every GenAI instrumentation takes. */
export interface GenAIInstrumentationConfig extends InstrumentationConfig, TelemetryOptions {
  /**
   * Whose spans describe a call where the library makes spans itself (the package's README says which versions do): only
   * `ours`, only its `native` ones (metrics and events stay ours), or `both`. No effect on other libraries.
   * @default "ours"
   */
  nativeTelemetry?: NativeTelemetryMode;
}

/**
 * Base class of every instrumentation of the kit. A subclass states a {@link Definition} and nothing else: patching,
 * spans, metrics, events, content policy, cost and transparency are implemented here, once.
 */
export abstract class GenAIInstrumentation<
  Config extends GenAIInstrumentationConfig = GenAIInstrumentationConfig,
> extends InstrumentationBase<Config> {
  /** Static, because the base class needs it in its constructor, before a subclass has any fields. */
  static readonly definition: Definition;

  // Declared without initialisers: the base constructor already fills them, and an initialiser would wipe that.
  declare private patches: Patches | undefined;
  declare private source: TelemetrySource | undefined;
  declare private unhook: (() => undefined) | undefined;
  declare private nativeMode: NativeTelemetryMode | undefined;
  /** Whether a recorded method is running: what it sends, it sends before it returns. */
  declare private calling: boolean | undefined;

  constructor(config: Config = {} as Config) {
    const { definition } = new.target as unknown as typeof GenAIInstrumentation;
    super(definition.name, definition.version, config);
  }

  private get definition(): Definition {
    return (this.constructor as typeof GenAIInstrumentation).definition;
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    const { companions = [], ...library } = this.definition;
    const patch = (exports: unknown, version?: string) => {
      this.patch(exports, version);
      return exports;
    };
    return [library, ...companions].map(({ module, versions, files = [] }) => {
      const parts = files.map(
        (file) => new InstrumentationNodeModuleFile(`${module}/${file}`, versions, patch, () => {}),
      );
      return new InstrumentationNodeModuleDefinition(module, versions, patch, undefined, parts);
    });
  }

  /**
   * Instruments a module that was loaded before this instrumentation, or that is inside a bundle: pass what
   * `import * as sdk from "…"` or `require("…")` returned, or the library's main class.
   */
  manuallyInstrument(exports: unknown, version?: string): void {
    this.patch(exports, version);
  }

  override enable(): void {
    super.enable();
    this.unhook ??= hookRequire(this.definition, (exports) => this.patch(exports, undefined));
    this.patches?.apply();
    if (this.patches !== undefined) this.tellProviders();
  }

  override disable(): void {
    super.disable();
    this.unhook = this.unhook?.();
    this.patches?.restore();
    recordProviders(this, []);
  }

  /**
   * Ends the spans of all calls that are still open, of any instrumentation, as `abandoned`. For a process that is about
   * to end, where neither an answer nor a garbage collection will come any more. The calls themselves go on.
   */
  endOpenCalls(): void {
    ABANDONED.endAll();
  }

  override setConfig(config: Config): void {
    super.setConfig(config);
    this.source?.configure(config);
    this.nativeMode = undefined;
  }

  override setTracerProvider(tracerProvider: TracerProvider): void {
    super.setTracerProvider(tracerProvider);
    this.origin.use({ tracerProvider });
  }

  override setMeterProvider(meterProvider: MeterProvider): void {
    super.setMeterProvider(meterProvider);
    this.origin.use({ meterProvider });
  }

  override setLoggerProvider(loggerProvider: LoggerProvider): void {
    super.setLoggerProvider(loggerProvider);
    this.origin.use({ loggerProvider });
  }

  private get origin(): TelemetrySource {
    this.source ??= new TelemetrySource(this.definition, this.getConfig());
    return this.source;
  }

  private patch(exports: unknown, version: string | undefined): void {
    this.patches ??= new Patches();
    let found = 0;
    try {
      for (const target of this.definition.targets(exports, version)) {
        const wrap = (original: Method) => this.wrap(original, target);
        if (this.patches.add(target.on, target.method, wrap, placeOf(target))) found += 1;
      }
    } catch (error) {
      diag.warn(`${this.definition.name}: cannot instrument ${this.definition.module}`, inWords(error));
      return;
    }
    if (found > 0) this.tellProviders();
    diag.debug(
      `${this.definition.name}: instrumented ${found} methods of ${this.definition.module}`,
      version ?? "",
    );
  }

  private tellProviders(): void {
    const { provider, ownProviders = [provider] } = this.definition;
    recordProviders(this, ownProviders);
  }

  private wrap(original: Method, target: Target): Method {
    const self = this;
    if ("toolLoop" in target) {
      const { toolLoop } = target;
      return {
        method(this: unknown, ...args: unknown[]) {
          if (!self.isEnabled()) return Reflect.apply(original, this, args);
          const result = Reflect.apply(original, this, self.withTracedTools(toolLoop, this, args));
          self.followHelpers(result);
          return result;
        },
      }.method;
    }
    if ("wrap" in target) return target.wrap(original, this);
    if ("getter" in target) return followGetting(original, (given) => this.patch(given, undefined));
    if ("requests" in target) return this.wrapRequests(original, target.requests);
    if ("choose" in target) return this.wrapChoice(original, target.choose);
    const { call } = target;
    return {
      method(this: unknown, ...args: unknown[]) {
        return self.isEnabled()
          ? self.record(original, call, this, args)
          : Reflect.apply(original, this, args);
      },
    }.method;
  }

  private wrapRequests(original: Method, requests: ReadonlyMap<string, Call>): Method {
    const self = this;
    return {
      method(this: unknown, ...args: unknown[]) {
        if (self.calling === true || !self.isEnabled()) return Reflect.apply(original, this, args);
        const posted = readPosted(requests, args);
        return posted === undefined
          ? Reflect.apply(original, this, args)
          : self.record(original, posted.call, this, args, posted.given);
      },
    }.method;
  }

  /** Streams have helpers, runners hand out helpers, and threads make both. */
  private followHelpers(made: unknown): void {
    const found = (one: unknown) => this.followHelpers(one);
    const follow = (method: PropertyKey, wrap: (original: Method) => Method) =>
      this.patches?.add(ownerOf(method, made as object), method, wrap);
    guard("a stream helper", () => {
      // What is its own iterator may have only the prototype of the language, which is nobody's to patch.
      if (typeof made !== "object" || made === null || "next" in made) return;
      if (isStreamHelper(made)) follow(Symbol.asyncIterator, followLeaving);
      else if (Symbol.asyncIterator in made) follow(Symbol.asyncIterator, followTurns(found));
      else for (const method of ["stream", "toolRunner"]) follow(method, followMaking(found));
    });
  }

  private wrapChoice(original: Method, choose: ChooseCall): Method {
    const self = this;
    return {
      method(this: unknown, ...args: unknown[]) {
        const found = self.isEnabled() ? chosen(choose, args) : undefined;
        return found === undefined
          ? Reflect.apply(original, this, args)
          : self.record(original, found.call, this, args, found.given);
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
      diag.debug(`${this.definition.name}: tools cannot be traced`, inWords(error));
      return args;
    }
  }

  /** @param given what the call is read from, if not from the method's own arguments */
  private record(
    original: Method,
    call: Call,
    receiver: unknown,
    args: unknown[],
    given: unknown[] = args,
  ): unknown {
    const recorder = this.start(call, receiver, given);
    if (recorder === undefined) return Reflect.apply(original, receiver, args);
    const within = this.definition.delegates
      ? markRecorded(recorder.context, recorder.request.operation)
      : recorder.context;
    const outer = this.calling;
    this.calling = true;
    let result: unknown;
    try {
      // Not by `context.with`'s own receiver: it would bind the function for each call, and turn `undefined` into `null`.
      result = context.with(within, () => Reflect.apply(original, receiver, args));
    } catch (error) {
      recorder.end({ outcome: "error", error });
      throw error;
    } finally {
      this.calling = outer;
    }
    if (!recorder.recording) return result;
    if (handsOut(result)) {
      const prototype: object = Object.getPrototypeOf(result);
      this.patches?.add(prototype, "_responseProps", followHandingOut);
      this.patches?.add(prototype, "_thenUnwrap", followHandedOut);
    }
    return observe(result, recorder, call, args);
  }

  private start(call: Call, receiver: unknown, args: unknown[]): Recorder | undefined {
    try {
      const parent = context.active();
      if (isTracingSuppressed(parent)) return undefined;
      const request = readRequest(call, args);
      if ("model" in request && !request.model) request.model = this.definition.modelOf?.(receiver);
      // Before any early return: the library's own span would count the call again.
      const native = this.meetNative(receiver);
      if (isInference(request.operation)) {
        if (isInferenceRecorded(parent)) return this.tell(request, receiver, args, parent);
        takeInference(parent);
      } else if (isOperationRecorded(parent, request.operation)) return undefined;
      const telemetry = this.active();
      if (request.onlyLinked === true && telemetry.remembered.linksTo(request.linkTo).length === 0)
        return undefined;
      telemetry.costs.warmUp();
      const start = describe(this.definition, request, receiver, args, parent);
      const recorder = new Recorder(native === "native" ? withNativeSpans(telemetry) : telemetry, start);
      const ours = trace.getSpan(recorder.context);
      const passed = this.definition.native?.passed?.(args);
      if (native === "ours") adoptSpan(ours, parent, passed);
      else if (native === "native") tellOfNative(ours, passed);
      return recorder;
    } catch (error) {
      diag.debug(`${this.definition.name}: a call cannot be recorded`, inWords(error));
      return undefined;
    }
  }

  /** Follows a call that a framework above records, if the framework wants to hear its outcome. */
  private tell(
    request: RequestFacts,
    receiver: unknown,
    args: readonly unknown[],
    parent: Context,
  ): Recorder | undefined {
    const told = readInferenceTold(parent);
    if (told === undefined) return undefined;
    const start = describe(this.definition, request, receiver, args, parent);
    const ended = (end: OperationEnd) => told(withAllAttributes(end, start));
    return new Recorder(silent(this.active()), { ...start, ended, countedElsewhere: true });
  }

  /** What to do about the spans that the client behind `receiver` makes itself; `undefined` if it makes none. */
  private meetNative(receiver: unknown): NativeTelemetryMode | undefined {
    const { native } = this.definition;
    const field = native?.tracer(receiver);
    if (native === undefined || field === undefined) return undefined;
    const mode = this.modeOf(native);
    if (mode === "native") listenTo(field, native);
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

  /** The telemetry to record with now. */
  protected active(): Telemetry {
    return this.origin.read();
  }
}
