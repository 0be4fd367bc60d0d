import type { Seen } from "./observe.js";
import type { Provider } from "./provider.js";

/** One way of calling an SDK, written as an application would write it. */
export interface Scenario<Client, Sdk> {
  /** A sentence about what the application does. */
  readonly name: string;
  /** False when this version of the SDK has no such call. */
  readonly needs?: (app: App<Client, Sdk>) => unknown;
  /**
   * The spans of this scenario, `<operation> <outcome>` in any order; `*` and `a|b` where more than one answer is
   * right. `"untold"` when the number is not the point.
   */
  readonly spans: readonly string[] | "untold";
  /** Spans that may be there beside those. */
  readonly optional?: readonly string[];
  /** True when a span can only end once the garbage collector has found what the application dropped. */
  readonly drops?: boolean;
  /** True when the exchange with the provider is still open at the end, so that nobody need wait for it. */
  readonly leavesOpen?: boolean;
  /** Returns what the application saw, already described. */
  run(app: App<Client, Sdk>): Promise<unknown>;
}

/** What a scenario has in its hands. */
export interface App<Client, Sdk> {
  /** A client of the SDK under test, without retries, pointed at `provider`. */
  readonly client: Client;
  /** The SDK's main module. */
  readonly sdk: Sdk;
  readonly provider: Provider;
  readonly version: readonly number[];
  /** Another client; options win over the usual ones. */
  make(options?: Record<string, unknown>): Client;
  /** Another module of the SDK, or of a package beside it, as the application would load it. */
  load<Module>(name: string): Promise<Module>;
  /** Waits until Node has reported `count` unhandled rejections in this scenario, or for a while. */
  reported(count?: number): Promise<void>;
  /** True when a span is active where this is called. */
  insideSpan(): boolean;
  /** Runs `work` inside a span of the application's own. */
  inOwnSpan<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** What one run of a scenario showed. */
export interface Observation {
  readonly seen: Seen;
  readonly requests: Seen;
  readonly rejections: Seen;
  readonly output: readonly string[];
}

/** A finished or unfinished span, as far as this suite looks at it. */
export interface SpanSeen {
  readonly operation: string;
  readonly outcome: string;
  readonly ends: number;
  /** Made by the kit, not by an SDK that has telemetry of its own. */
  readonly ours: boolean;
  /** A failed span has ERROR status and an `error.type`, any other has neither. */
  readonly consistent: boolean;
}

/** Everything a child process reports about one scenario. */
export interface Report {
  readonly name: string;
  readonly observation: Observation;
  readonly expectedSpans: readonly string[] | "untold";
  readonly optionalSpans: readonly string[];
  readonly spans: readonly SpanSeen[];
}
