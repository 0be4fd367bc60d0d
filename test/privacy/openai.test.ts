import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import * as sdk from "openai";
import { OPENAI_CALLS } from "./openai-calls.js";
import { describePrivacy } from "./suite.js";

describePrivacy<sdk.OpenAI>({
  calls: OPENAI_CALLS,
  instrument: (telemetry, config) => {
    const instrumentation = telemetry.observe(new OpenAIInstrumentation(config));
    instrumentation.manuallyInstrument(sdk);
    return () => instrumentation.disable();
  },
  client: (apiKey, baseURL, fetch, mark) =>
    new sdk.OpenAI({
      apiKey,
      baseURL,
      fetch,
      organization: mark.word("organization"),
      project: mark.word("project"),
      maxRetries: 0,
    }),
});
