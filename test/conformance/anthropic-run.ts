import { createRequire } from "node:module";
import type Anthropic from "@anthropic-ai/sdk";
import { AnthropicInstrumentation } from "@kit/instrumentation-anthropic";
import { trace } from "@opentelemetry/api";
import { type Answers, ProviderServer } from "../support/provider-server.js";
import { type FinishedTelemetry, Telemetry, type TelemetryOptions } from "../support/telemetry.js";

type Config = NonNullable<ConstructorParameters<typeof AnthropicInstrumentation>[0]>;

/** How a run differs from the standard one: the newest SDK, no global provider, content off. */
export interface RunOptions extends TelemetryOptions {
  readonly folder?: string;
  readonly config?: Config;
  /** Registers the tracer provider globally, which is what switches the SDK's own spans on. */
  readonly global?: boolean;
}

/** Runs an application's code against a scripted provider, held to the conventions by `Telemetry.finish`. */
export async function run(
  answers: Answers,
  app: (client: Anthropic, telemetry: Telemetry) => Promise<unknown>,
  { folder = "matrix/anthropic-1", config, global = false, ...telemetryOptions }: RunOptions = {},
): Promise<FinishedTelemetry> {
  const require = createRequire(new URL(`../../${folder}/package.json`, import.meta.url));
  const sdk = require("@anthropic-ai/sdk") as Record<string, unknown>;
  const provider = await ProviderServer.start();
  const telemetry = new Telemetry(telemetryOptions);
  if (global) trace.setGlobalTracerProvider(telemetry.tracerProvider);
  const instrumentation = telemetry.observe(new AnthropicInstrumentation(config));
  instrumentation.manuallyInstrument(sdk);
  try {
    const Client = (sdk.Anthropic ?? sdk.default) as typeof Anthropic;
    const client = new Client({
      apiKey: "sk-ant-test",
      baseURL: provider.serve("/anthropic", answers),
      maxRetries: 0,
    });
    await app(client, telemetry);
    return await telemetry.finish();
  } finally {
    instrumentation.disable();
    trace.disable();
    await provider.close();
  }
}
