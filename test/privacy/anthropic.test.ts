import * as sdk from "@anthropic-ai/sdk";
import { AnthropicInstrumentation } from "@kit/instrumentation-anthropic";
import { ANTHROPIC_CALLS } from "./anthropic-calls.js";
import { describePrivacy } from "./suite.js";

describePrivacy<sdk.Anthropic>({
  calls: ANTHROPIC_CALLS,
  instrument: (telemetry, config) => {
    const instrumentation = telemetry.observe(new AnthropicInstrumentation(config));
    instrumentation.manuallyInstrument(sdk);
    return () => instrumentation.disable();
  },
  client: (apiKey, baseURL, fetch) => new sdk.Anthropic({ apiKey, baseURL, fetch, maxRetries: 0 }),
});
