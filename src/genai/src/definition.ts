import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { NativeTelemetry } from "./native.js";
import type { Call, HeaderFacts, ReadHeader, ToolLoop } from "./operation.js";
import type { Method } from "./patches.js";

/** A translation of whatever arguments, body and chunks its library has. */
// biome-ignore lint/suspicious/noExplicitAny: one list holds the translations of all methods of a library.
export type AnyCall = Call<any, any, any>;

/** As {@link AnyCall}, for methods that run tools. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type AnyToolLoop = ToolLoop<any>;

/** Makes the replacement of a method, for libraries that tell by events of their own what they do. */
export type Wrap = (original: Method, instrumentation: Instrumentation) => Method;

/** A method of the library and what it means. */
export type Target = {
  readonly on: object | undefined;
  readonly method: string;
} & ({ readonly call: AnyCall } | { readonly toolLoop: AnyToolLoop } | { readonly wrap: Wrap });

/** A package that belongs to the library and holds targets of its own. */
export interface Companion {
  readonly module: string;
  readonly files?: readonly string[];
  readonly versions: string[];
}

/** Methods of one object, each with what it means: a call, or a run of the application's tools. */
export function methodsOf(
  on: object | undefined,
  meanings: Readonly<Record<string, AnyCall | AnyToolLoop>>,
): Target[] {
  return Object.entries(meanings).map(([method, meaning]) =>
    typeof meaning === "function" ? { on, method, toolLoop: meaning } : { on, method, call: meaning },
  );
}

/** All that the engine must know of a library. */
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
  /** `gen_ai.provider.name` where the base URL tells nothing else. */
  readonly provider: string;
  /** Providers whose own attributes (`openai.*` …) the library's answers carry. @default [] */
  readonly ownProviders?: readonly string[];
  /** The methods to catch, found in the module's exports. Missing ones (`on: undefined`) are passed over. */
  readonly targets: (exports: unknown, version: string | undefined) => readonly Target[];
  /** Base URL of the client behind the object that a method was called on, or that the arguments choose. */
  readonly baseUrl: (receiver: unknown, args: readonly unknown[]) => string | undefined;
  /** A provider that the client itself or the arguments tell, whatever the base URL. */
  readonly providerOf?: (receiver: unknown, args: readonly unknown[]) => string | undefined;
  /** The model or deployment that a client is made for, which is asked where a call names none. */
  readonly modelOf?: (receiver: unknown) => string | undefined;
  /** Whether the library makes its calls through SDKs that may be instrumented too, and then stay silent. */
  readonly delegates?: boolean;
  /** Provider's error code of an error that has neither status nor code. */
  readonly errorCode?: (error: unknown) => string | undefined;
  /**
   * Facts in the headers of an answer, which gateways use. Called once an answer, failures included, but not for the
   * known hosts of providers. Look for few: each header read costs a quarter of a microsecond.
   */
  readonly headers?: (read: ReadHeader) => HeaderFacts | undefined;
  /** How the library makes spans by itself, where some versions of it do. */
  readonly native?: NativeTelemetry;
}
