import { type MeterProvider, metrics } from "@opentelemetry/api";
import { SCHEMA_URL } from "../attributes.js";
import { type ContentOptions, createContentPolicy } from "../content/content-policy.js";
import { CostCalculator } from "../cost/calculator.js";
import type { CostMatch } from "../cost/model-name.js";
import type { PriceOverrides } from "../cost/price.js";
import { RememberedSpans } from "./links.js";
import { Instruments } from "./metrics.js";
import { type Providers, resolveProviders } from "./providers.js";
import type { Telemetry } from "./telemetry.js";

/** What telemetry contains and what it leaves out. */
export interface TelemetryOptions extends ContentOptions {
  /** Own prices by model name, in US dollars per 1,000 tokens; they win over the built-in table. */
  prices?: PriceOverrides;
  /** How much of a model's name must match for your own and published prices to apply. @default "strict" */
  costMatch?: CostMatch;
  /** Whether to emit log events (operation details, exceptions), if there is a LoggerProvider. @default true */
  emitEvents?: boolean;
}

/** Assembles the telemetry of one package, and reassembles it when its providers or options change. */
export class TelemetrySource {
  readonly #scope: { readonly name: string; readonly version: string };
  #options: TelemetryOptions;
  #providers: Providers | undefined;
  #meters: MeterProvider | undefined;
  #telemetry: Telemetry | undefined;
  // Prices and remembered spans outlive a change of provider.
  #costs: CostCalculator | undefined;
  readonly #remembered = new RememberedSpans();

  constructor(scope: { readonly name: string; readonly version: string }, options: TelemetryOptions) {
    this.#scope = scope;
    this.#options = options;
  }

  /** Providers to use instead of the global ones. */
  use(providers: Providers): void {
    this.#providers = { ...this.#providers, ...providers };
    this.#telemetry = undefined;
  }

  configure(options: TelemetryOptions): void {
    this.#options = options;
    this.#costs = undefined;
    this.#telemetry = undefined;
  }

  read(): Telemetry {
    // Meters have no proxy: an application may register its MeterProvider after its first call.
    if (this.#providers?.meterProvider === undefined && metrics.getMeterProvider() !== this.#meters) {
      this.#telemetry = undefined;
    }
    this.#telemetry ??= this.#assemble();
    return this.#telemetry;
  }

  #assemble(): Telemetry {
    const { name, version } = this.#scope;
    const { prices, costMatch, emitEvents } = this.#options;
    const scope = { schemaUrl: SCHEMA_URL };
    const { tracerProvider, meterProvider, loggerProvider } = resolveProviders(this.#providers);
    this.#meters = meterProvider;
    this.#costs ??= new CostCalculator(prices, costMatch);
    return {
      tracer: tracerProvider.getTracer(name, version, scope),
      logger: emitEvents === false ? undefined : loggerProvider.getLogger(name, version, scope),
      instruments: Instruments.create(meterProvider.getMeter(name, version, scope)),
      policy: createContentPolicy(this.#options),
      costs: this.#costs,
      remembered: this.#remembered,
    };
  }
}
