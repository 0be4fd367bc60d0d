import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { Call, HeaderFacts, ReadHeader, ToolLoop } from "../adapter/operation.js";
import type { NativeTelemetry } from "../native/native.js";
import type { Method, Place } from "./patches.js";

/** A translation with whatever arguments, body and chunks its library has. */
// biome-ignore lint/suspicious/noExplicitAny: one list holds the translations of all methods of a library.
export type AnyCall = Call<any, any, any>;

/** As {@link AnyCall}, for methods that run tools. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type AnyToolLoop = ToolLoop<any>;

/** Makes the replacement of a method, for libraries that report what they do by callbacks of their own. */
export type Wrap = (original: Method, instrumentation: Instrumentation) => Method;

/** A call, and what it is read from, which stands for the method's arguments. */
export interface Chosen {
  readonly call: AnyCall;
  readonly given: unknown[];
}

/** The call that the arguments of a method make; `undefined` for one that is not recorded. */
export type ChooseCall = (args: readonly unknown[]) => Chosen | undefined;

/**
 * A method of the library and what it means. `requests` are calls by their paths, for a method that takes a path and
 * options with a `body`; what other targets send through it is not recorded again. `choose` is for a method that makes
 * different calls by its arguments; it may be inherited by `on`, and is replaced for `on` alone. A method that is `assigned`
 * is a field, which the constructor gives each instance of the prototype `on`; those made earlier keep theirs. What a
 * `getter` gives holds targets too, as exports do.
 */
export type Target = {
  readonly on: object | undefined;
  readonly method: string;
} & (
  | { readonly call: AnyCall }
  | { readonly choose: ChooseCall }
  | { readonly requests: ReadonlyMap<string, AnyCall> }
  | { readonly toolLoop: AnyToolLoop; readonly assigned?: true }
  | { readonly wrap: Wrap }
  | { readonly getter: true }
);

/** Where a target's object has its method. */
export function placeOf(target: Target): Place {
  if ("choose" in target) return "inherited";
  if ("getter" in target) return "read";
  return "assigned" in target ? "assigned" : "own";
}

/** A further package of the library, with targets of its own. */
export interface Companion {
  readonly module: string;
  readonly files?: readonly string[];
  readonly versions: string[];
}

/** Targets on one object, each method with its meaning: a call, or a run of the application's tools. */
export function methodsOf(
  on: object | undefined,
  meanings: Readonly<Record<string, AnyCall | AnyToolLoop>>,
): Target[] {
  return Object.entries(meanings).map(([method, meaning]) =>
    typeof meaning === "function" ? { on, method, toolLoop: meaning } : { on, method, call: meaning },
  );
}

/** Everything the engine has to know about a library. */
export interface Definition {
  /** Name of the instrumentation's package, which becomes the scope of its telemetry. */
  readonly name: string;
  readonly version: string;
  /** Module name as applications import it. */
  readonly module: string;
  /** Files of the module, with their endings, that others load instead of it; their exports hold targets too. */
  readonly files?: readonly string[];
  /** Supported versions, as semver ranges with an upper bound. */
  readonly versions: string[];
  /** Further packages with targets. */
  readonly companions?: readonly Companion[];
  /** `gen_ai.provider.name`, unless the base URL names another. */
  readonly provider: string;
  /** Providers whose own attributes (`openai.*` …) are recorded. @default [] */
  readonly ownProviders?: readonly string[];
  /** The methods to patch, found in the module's exports. Missing ones (`on: undefined`) are skipped. */
  readonly targets: (exports: unknown, version: string | undefined) => readonly Target[];
  /**
   * Base URL of the client behind the object a method was called on, or the one that the arguments choose. Asked again
   * when the answer came, if it is not known before.
   */
  readonly baseUrl: (receiver: unknown, args: readonly unknown[]) => string | undefined;
  /** A provider named by the client or the arguments, whatever the base URL. */
  readonly providerOf?: (receiver: unknown, args: readonly unknown[]) => string | undefined;
  /** The model or deployment that a client was created for, used if a call names none. */
  readonly modelOf?: (receiver: unknown) => string | undefined;
  /** Whether the library calls other SDKs, which must then not record the call again. */
  readonly delegates?: boolean;
  /** Reads the provider's error code from an error that has neither status nor code. */
  readonly errorCode?: (error: unknown) => string | undefined;
  /** What may be read without content of an error that repeats the model's answer; `undefined` for any other. */
  readonly withoutAnswer?: (error: unknown) => unknown;
  /**
   * Reads facts from an answer's headers, where gateways put them. Called once per answer, failures included, but not for
   * providers' own hosts. Read only a few: each costs a quarter of a microsecond.
   */
  readonly headers?: (read: ReadHeader) => HeaderFacts | undefined;
  /** How the library makes spans itself, if some of its versions do. */
  readonly native?: NativeTelemetry;
}
