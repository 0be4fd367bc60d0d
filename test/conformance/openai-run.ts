import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import * as sdk from "openai";
import { type Answers, ProviderServer } from "../support/provider-server.js";
import { type FinishedTelemetry, Telemetry, type TelemetryOptions } from "../support/telemetry.js";

type Config = NonNullable<ConstructorParameters<typeof OpenAIInstrumentation>[0]>;

/** How a run differs from the standard one: one call, one 200 answer, everything sampled, content off. */
export interface RunOptions extends TelemetryOptions {
  readonly config?: Config;
  readonly client?: Partial<ConstructorParameters<typeof sdk.OpenAI>[0]>;
  /** What the application thinks it talks to; requests still reach the local server. */
  readonly baseURL?: string;
}

/** A run's telemetry, and the requests that reached the provider. */
export interface Run extends FinishedTelemetry {
  readonly requests: ProviderServer["requests"];
}

/** Runs an application's code against a scripted provider, held to the conventions by `Telemetry.finish`. */
export async function run(
  answers: Answers,
  app: (client: sdk.OpenAI, telemetry: Telemetry) => Promise<unknown>,
  { config, client: options, baseURL, ...telemetryOptions }: RunOptions = {},
): Promise<Run> {
  const provider = await ProviderServer.start();
  const telemetry = new Telemetry(telemetryOptions);
  const instrumentation = telemetry.observe(new OpenAIInstrumentation(config));
  instrumentation.manuallyInstrument(sdk);
  try {
    const localURL = provider.serve("/openai", answers);
    const fetch = baseURL === undefined ? undefined : provider.fetchAs("/openai");
    const client = new sdk.OpenAI({
      apiKey: "sk-test",
      baseURL: baseURL ?? localURL,
      maxRetries: 0,
      ...(fetch && { fetch }),
      ...options,
    });
    await app(client, telemetry);
    return { ...(await telemetry.finish()), requests: [...provider.requests] };
  } finally {
    instrumentation.disable();
    await provider.close();
  }
}
