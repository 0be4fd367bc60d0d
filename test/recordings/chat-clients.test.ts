import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GROQ } from "../fixtures/groq.js";
import { TOGETHER } from "../fixtures/together.js";
import { type ChatClient, type ChatSdk, INSTALLED, loadChatSdk } from "../support/chat-clients.js";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { seenFacts, wantedFacts } from "./facts.js";
import { RECORDINGS_ABSENT, type Recording, readRecordings } from "./recording.js";
import { type Delivery, deliveries, serveRecording } from "./replay.js";

const FIXTURES: readonly Recording[] = [...GROQ, ...TOGETHER];

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

describe.each(INSTALLED)("$folder", ({ folder, sdk }) => {
  const { exports, Client } = loadChatSdk(folder, sdk);
  const recordings = readRecordings(sdk.provider);
  const fixtures = FIXTURES.filter((fixture) => fixture.provider === sdk.provider);

  if (recordings.length === 0) it.skip(RECORDINGS_ABSENT, () => {});

  it.each([...fixtures, ...recordings].flatMap(deliveries))(
    "$recording.provider $recording.api $recording.case, $how",
    async (delivery) => {
      const { recording } = delivery;
      // Together counts no tokens of embeddings.
      const except = recording.expect.usage === null ? (["missing_expected"] as const) : [];
      const telemetry = new Telemetry({ capture: "SPAN_AND_EVENT", except });
      const instrumentation = telemetry.observe(sdk.instrument({ captureMessageContent: "SPAN_AND_EVENT" }));
      instrumentation.manuallyInstrument(exports);
      let seen: string | undefined;
      try {
        seen = await call(new Client(aim(sdk, delivery)), recording);
      } finally {
        instrumentation.disable();
      }
      const span = (await telemetry.finish()).onlySpan();
      const wanted = wantedFacts(recording, sdk.provider);
      const content = sdk.breaksCharacters?.includes(folder)
        ? { ...wanted.content, text: seen }
        : wanted.content;
      expect(seenFacts(span)).toEqual({ ...wanted, content });
      expect(span.attributes["server.address"]).toBe(new URL(recording.request.url).hostname);
      if (recording.expect.error)
        expect(span.status.message).toContain(recording.expect.error.message.slice(0, 20));
    },
  );
});

/** Some clients put the beginning of the recorded path before every path of their own. */
function aim({ prefix }: ChatSdk, delivery: Delivery) {
  const { baseURL, fetch } = serveRecording(provider, delivery);
  const host = baseURL.endsWith(prefix) ? baseURL.slice(0, baseURL.length - prefix.length) : baseURL;
  return { apiKey: "made-up", baseURL: host, fetch, maxRetries: 0 };
}

/** Makes the recorded call and reads its answer to the end, as text; a failed call is part of the recording. */
async function call(client: ChatClient, { api, request, expect }: Recording): Promise<string | undefined> {
  try {
    const { embeddings, completions } = client;
    const resource = { embeddings, completions }[api] ?? client.chat.completions;
    const answer = await resource.create(request.body);
    if (!expect.request.stream) return expect.output_text ?? undefined;
    let text = "";
    for await (const { choices } of answer) text += choices?.[0]?.delta?.content ?? "";
    return text || undefined;
  } catch (error) {
    if (expect.error === undefined) throw error;
    return undefined;
  }
}
