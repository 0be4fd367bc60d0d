import { afterAll, beforeAll, expect, it } from "vitest";
import { INSTALLED, loadChatSdk } from "../support/chat-clients.js";
import { json, ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";

const WRITTEN = '<function=look>{"city": "Paris"}';
const REFUSED = json(
  {
    error: {
      message: "Failed to call a function.",
      type: "invalid_request_error",
      code: "tool_use_failed",
      failed_generation: WRITTEN,
    },
  },
  { status: 400 },
);
const ASK = { model: "llama", messages: [{ role: "user", content: "Hi" }] };

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

it.each(INSTALLED.filter(({ sdk }) => sdk.provider === "groq"))(
  "withholds what the model wrote where Groq could not read it, in $folder",
  async ({ folder, sdk }) => {
    const { exports, Client } = loadChatSdk(folder, sdk);
    const refused = async (captureMessageContent: "NO_CONTENT" | "SPAN_AND_EVENT") => {
      const telemetry = new Telemetry();
      const instrumentation = telemetry.observe(sdk.instrument({ captureMessageContent }));
      instrumentation.manuallyInstrument(exports);
      const baseURL = provider.serve("/groq", REFUSED);
      const client = new Client({ apiKey: "made-up", baseURL, maxRetries: 0 });
      await expect(client.chat.completions.create(ASK)).rejects.toThrow("Paris");
      instrumentation.disable();
      const { spans, logs } = await telemetry.collect();
      return { message: spans.at(-1)?.status.message, logs };
    };
    const { message, logs } = await refused("NO_CONTENT");
    expect(message).toBe("400 Failed to call a function.");
    expect(JSON.stringify(logs.map(({ attributes }) => attributes))).not.toMatch(/look|Paris/);
    expect((await refused("SPAN_AND_EVENT")).message).toContain("Paris");
  },
);
