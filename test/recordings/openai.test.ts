import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPENAI_CHAT } from "../fixtures/openai-chat.js";
import { OPENAI_OTHER } from "../fixtures/openai-other.js";
import { OPENAI_RESPONSES } from "../fixtures/openai-responses.js";
import { OPENAI_RESPONSES_TOOLS } from "../fixtures/openai-responses-tools.js";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { seenFacts, wantedFacts } from "./facts.js";
import { call, type InstalledSDK, loadOpenAI } from "./openai-sdk.js";
import { RECORDINGS_ABSENT, readRecordings } from "./recording.js";
import { type Delivery, deliveries, serveRecording } from "./replay.js";

const RECORDINGS = readRecordings(
  "openai",
  "azure-openai",
  "deepseek",
  "groq",
  "together",
  "openrouter",
  "litellm",
  "mistral",
);

/** Provider names by the folder of the recording, where they differ. */
const PROVIDERS: Readonly<Record<string, string>> = {
  "azure-openai": "azure.ai.openai",
  mistral: "mistral_ai",
};

const FOLDERS = [
  "matrix/openai-4.19",
  "matrix/openai-4",
  "matrix/openai-5",
  "matrix/openai-6",
  "matrix/openai-7",
];

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

const FIXTURES = [...OPENAI_CHAT, ...OPENAI_RESPONSES, ...OPENAI_RESPONSES_TOOLS, ...OPENAI_OTHER];

describe.each(FOLDERS)("%s", (folder) => {
  const sdk = loadOpenAI(folder);

  if (RECORDINGS.length === 0) it.skip(RECORDINGS_ABSENT, () => {});

  // The first versions of the range know no responses API.
  const known = [...FIXTURES, ...RECORDINGS].filter(
    ({ api }) => api !== "responses" || "Responses" in sdk.OpenAI,
  );

  // And break characters that are cut: the application gets, and the span tells, what they made of them.
  const wanted = known.flatMap(deliveries).filter(({ how }) => how === "whole" || !folder.endsWith("-4.19"));

  it.each(wanted)("$recording.provider $recording.api $recording.case, $how", async (delivery) => {
    const { recording } = delivery;
    const span = await replay(sdk, delivery);
    const name = PROVIDERS[recording.provider] ?? recording.provider;
    expect(seenFacts(span)).toEqual(wantedFacts(recording, name));
    expect(span.attributes["server.address"]).toBe(new URL(recording.request.url).hostname);
    for (const source of recording.expect.citations ?? []) {
      expect(span.attributes["gen_ai.output.messages"]).toContain(`"url":"${source}"`);
    }
    const told = recording.response.headers["x-litellm-response-cost"];
    if (told !== undefined) expect(span.attributes["kit.cost.usd"]).toBe(Number(told));
    if (recording.expect.error)
      expect(span.status.message).toContain(recording.expect.error.message.slice(0, 20));
  });
});

async function replay(sdk: InstalledSDK, delivery: Delivery) {
  const telemetry = new Telemetry({ capture: "SPAN_AND_EVENT" });
  const instrumentation = telemetry.observe(
    new OpenAIInstrumentation({ captureMessageContent: "SPAN_AND_EVENT" }),
  );
  instrumentation.manuallyInstrument(sdk.exports);
  try {
    const { baseURL, fetch } = serveRecording(provider, delivery);
    const client = new sdk.OpenAI({ apiKey: "sk-recorded", baseURL, fetch, maxRetries: 0 });
    await call(client, delivery.recording);
  } finally {
    instrumentation.disable();
  }
  return (await telemetry.finish()).onlySpan();
}
