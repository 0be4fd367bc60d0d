import type { GenAIInstrumentation } from "@kit/genai";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { ProviderServer } from "./provider-server.js";
import { Telemetry, type TelemetryOptions } from "./telemetry.js";

/** What the tests of one version of an SDK share. */
export interface Stage<Instrumentation> {
  /** One server for all of them; what it was asked is forgotten before each. */
  readonly provider: ProviderServer;
  /** Anew for each. */
  readonly telemetry: Telemetry;
  /** Anew for each, and disabled after it. */
  readonly instrumentation: Instrumentation;
}

/** Sets up the tests around it: `make` an instrumentation for each, of what the SDK exports. */
export function useStage<Instrumentation extends GenAIInstrumentation>(
  make: () => Instrumentation,
  exports: unknown,
  options: TelemetryOptions,
): Stage<Instrumentation> {
  let provider: ProviderServer;
  let telemetry: Telemetry;
  let instrumentation: Instrumentation;
  beforeAll(async () => {
    provider = await ProviderServer.start();
  });
  afterAll(() => provider.close());
  beforeEach(() => {
    provider.reset();
    telemetry = new Telemetry(options);
    instrumentation = telemetry.observe(make());
    instrumentation.manuallyInstrument(exports);
  });
  afterEach(() => instrumentation.disable());
  return {
    get provider() {
      return provider;
    },
    get telemetry() {
      return telemetry;
    },
    get instrumentation() {
      return instrumentation;
    },
  };
}
