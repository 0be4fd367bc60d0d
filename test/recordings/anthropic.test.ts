import { createRequire } from "node:module";
import type Anthropic from "@anthropic-ai/sdk";
import { AnthropicInstrumentation } from "@kit/instrumentation-anthropic";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ANTHROPIC } from "../fixtures/anthropic.js";
import { ANTHROPIC_TOOLS } from "../fixtures/anthropic-tools.js";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { seenFacts, wantedFacts } from "./facts.js";
import { RECORDINGS_ABSENT, readRecordings } from "./recording.js";
import { type Delivery, deliveries, serveRecording } from "./replay.js";

const RECORDINGS = readRecordings("anthropic");
const FOLDERS = [
  "matrix/anthropic-0.30",
  "matrix/anthropic-0.133",
  "matrix/anthropic-0.134",
  "matrix/anthropic-1",
];

/** Named, because without one the SDK refuses requests for more tokens than it expects to get in time. */
const TIMEOUT_MS = 60_000;

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

describe.each(FOLDERS)("%s", (folder) => {
  const require = createRequire(new URL(`../../${folder}/package.json`, import.meta.url));
  const sdk = require("@anthropic-ai/sdk") as Record<string, unknown>;

  if (RECORDINGS.length === 0) it.skip(RECORDINGS_ABSENT, () => {});

  it.each([...ANTHROPIC, ...ANTHROPIC_TOOLS, ...RECORDINGS].flatMap(deliveries))(
    "$recording.provider $recording.api $recording.case, $how",
    async (delivery) => {
      const { recording } = delivery;
      const span = await replay(sdk, delivery);
      expect(seenFacts(span)).toEqual(wantedFacts(recording, "anthropic"));
      expect(span.attributes["server.address"]).toBe("api.anthropic.com");
    },
  );
});

async function replay(sdk: Record<string, unknown>, delivery: Delivery) {
  const telemetry = new Telemetry({ capture: "SPAN_AND_EVENT" });
  const instrumentation = telemetry.observe(
    new AnthropicInstrumentation({ captureMessageContent: "SPAN_AND_EVENT" }),
  );
  instrumentation.manuallyInstrument(sdk);
  const { expect: expected, request } = delivery.recording;
  try {
    const { baseURL, fetch } = serveRecording(provider, delivery);
    const Client = (sdk.Anthropic ?? sdk.default) as typeof Anthropic;
    const client = new Client({ apiKey: "sk-ant-recorded", baseURL, fetch, maxRetries: 0 });
    const answer: unknown = await client.messages.create(request.body as never, { timeout: TIMEOUT_MS });
    if (typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer) {
      for await (const _ of answer as AsyncIterable<unknown>);
    }
  } catch (error) {
    if (expected.error === undefined) throw error;
  } finally {
    instrumentation.disable();
  }
  return (await telemetry.finish()).onlySpan();
}
