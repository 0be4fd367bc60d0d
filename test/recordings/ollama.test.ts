import { OllamaInstrumentation } from "@kit/instrumentation-ollama";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OLLAMA } from "../fixtures/ollama.js";
import { loadOllama, OLLAMA_FOLDERS } from "../support/ollama.js";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { type Facts, seenFacts, wantedFacts } from "./facts.js";
import { RECORDINGS_ABSENT, type Recording, readRecordings } from "./recording.js";
import { type Delivery, deliveries } from "./replay.js";

const RECORDINGS = readRecordings("ollama");

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

describe.each(OLLAMA_FOLDERS)("%s", (folder) => {
  const sdk = loadOllama(folder);

  if (RECORDINGS.length === 0) it.skip(RECORDINGS_ABSENT, () => {});

  it.each([...OLLAMA, ...RECORDINGS].flatMap(deliveries))(
    "$recording.provider $recording.api $recording.case, $how",
    async (delivery) => {
      const { recording } = delivery;
      const span = await replay(sdk, delivery);
      expect(seenFacts(span)).toEqual(wanted(recording));
      if (recording.expect.error) expect(span.status.message).toContain("not found");
    },
  );
});

/** The facts do not count a prompt as a message. */
function wanted(recording: Recording): Facts {
  const facts = wantedFacts(recording, "ollama");
  const isPrompt = recording.expect.operation === "text_completion";
  return isPrompt ? { ...facts, content: { ...facts.content, messages: 1 } } : facts;
}

async function replay(sdk: ReturnType<typeof loadOllama>, { recording, how, reply }: Delivery) {
  // Answers have no ids, and embeddings of the older form no counts.
  const telemetry = new Telemetry({ capture: "SPAN_AND_EVENT", except: ["missing_expected"] });
  const instrumentation = telemetry.observe(
    new OllamaInstrumentation({ captureMessageContent: "SPAN_AND_EVENT" }),
  );
  instrumentation.manuallyInstrument(sdk);
  const prefix = `/${recording.api}/${recording.case}/${how.replaceAll(" ", "-")}`;
  const host = provider.serve(prefix, reply);
  const client = new sdk.Ollama({ host }) as unknown as Record<string, (body: unknown) => Promise<unknown>>;
  try {
    const answer = await client[recording.api.slice("api/".length)]?.(recording.request.body);
    if (recording.expect.request.stream) for await (const _ of answer as AsyncIterable<unknown>);
  } catch (error) {
    if (recording.expect.error === undefined) throw error;
  } finally {
    instrumentation.disable();
  }
  return (await telemetry.finish()).onlySpan();
}
