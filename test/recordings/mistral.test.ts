import { MistralInstrumentation } from "@kit/instrumentation-mistral";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MISTRAL } from "../fixtures/mistral.js";
import { loadMistral, MISTRAL_FOLDERS } from "../support/mistral.js";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { type Facts, seenFacts, wantedFacts } from "./facts.js";
import { RECORDINGS_ABSENT, type Recording, readRecordings } from "./recording.js";
import { type Delivery, deliveries, serveRecording } from "./replay.js";

const RECORDINGS = readRecordings("mistral").map(asked);

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

describe.each(MISTRAL_FOLDERS)("%s", async (folder) => {
  const sdk = await loadMistral(folder);

  if (RECORDINGS.length === 0) it.skip(RECORDINGS_ABSENT, () => {});

  it.each([...MISTRAL, ...RECORDINGS].flatMap(deliveries))(
    "$recording.provider $recording.api $recording.case, $how",
    async (delivery) => {
      const { recording } = delivery;
      const span = await replay(sdk, delivery);
      expect(seenFacts(span)).toEqual(wanted(recording));
      if (recording.expect.error) expect(span.status.message).toContain("Invalid model");
    },
  );
});

/** As the application writes what was sent. */
function asked(recording: Recording): Recording {
  const members = Object.entries(recording.request.body).map(([name, value]) => [
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return { ...recording, request: { ...recording.request, body: Object.fromEntries(members) } };
}

/** The facts know no agents, and the conventions no streams of them. */
function wanted(recording: Recording): Facts {
  const facts = wantedFacts(recording, "mistral_ai");
  const { agentId } = recording.request.body;
  return agentId === undefined
    ? facts
    : {
        ...facts,
        attributes: withoutStream({ ...facts.attributes, "gen_ai.agent.id": agentId }),
      };
}

function withoutStream({ "gen_ai.request.stream": _, ...attributes }: Facts["attributes"]) {
  return attributes;
}

type Calls = Record<string, Record<string, (body: unknown) => Promise<AsyncIterable<unknown>>>>;

async function replay(sdk: Awaited<ReturnType<typeof loadMistral>>, delivery: Delivery) {
  const { recording } = delivery;
  const telemetry = new Telemetry({ capture: "SPAN_AND_EVENT", except: ["missing_expected"] });
  const instrumentation = telemetry.observe(
    new MistralInstrumentation({ captureMessageContent: "SPAN_AND_EVENT" }),
  );
  instrumentation.manuallyInstrument(sdk);
  const { fetch } = serveRecording(provider, delivery);
  const httpClient = new sdk.HTTPClient({ fetcher: fetch as never });
  const client = new sdk.Mistral({ apiKey: "test", httpClient }) as unknown as Calls;
  const { expect: facts, request } = recording;
  const [resource = ""] = new URL(request.url).pathname.slice("/v1/".length).split("/");
  const method = resource === "embeddings" ? "create" : facts.request.stream ? "stream" : "complete";
  try {
    const answer = await client[resource]?.[method]?.(request.body);
    if (facts.request.stream) for await (const _ of answer ?? []);
  } catch (error) {
    if (facts.error === undefined) throw error;
  } finally {
    instrumentation.disable();
  }
  return (await telemetry.finish()).onlySpan();
}
