import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import * as sdk from "openai";
import { CHAT_CALLS } from "./openai-chat-calls.js";
import { FAILED_CALLS } from "./openai-failed-calls.js";
import { OTHER_CALLS } from "./openai-other-calls.js";
import { describePrivacy } from "./suite.js";

describePrivacy<sdk.OpenAI>({
  calls: [...CHAT_CALLS, ...FAILED_CALLS, ...OTHER_CALLS],
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
