import { GoogleGenAIInstrumentation } from "@kit/instrumentation-google-genai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GOOGLE_GENAI } from "../fixtures/google-genai.js";
import { GOOGLE_GENAI_FOLDERS, type InstalledGoogleGenAI, loadGoogleGenAI } from "../support/google-genai.js";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { seenFacts, wantedFacts } from "./facts.js";
import { RECORDINGS_ABSENT, type Recording, readRecordings } from "./recording.js";
import { type Delivery, deliveries } from "./replay.js";

const RECORDINGS = readRecordings("google-genai");

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

describe.each(GOOGLE_GENAI_FOLDERS)("%s", async (folder) => {
  const sdk = await loadGoogleGenAI(folder);

  if (RECORDINGS.length === 0) it.skip(RECORDINGS_ABSENT, () => {});

  // The first version takes an error in a stream for an empty chunk, and so do applications.
  const known = [...GOOGLE_GENAI, ...RECORDINGS].filter(
    ({ expect: { error } }) => error?.mid_stream !== true || !folder.endsWith("-1"),
  );

  it.each(known.flatMap(deliveries))(
    "$recording.provider $recording.api $recording.case, $how",
    async (delivery) => {
      const { recording } = delivery;
      const span = await replay(sdk, delivery);
      const wanted = wantedFacts(recording, "gcp.gemini");
      // The first version keeps it from applications.
      if (folder.endsWith("-1")) delete (wanted.attributes as Record<string, unknown>)["gen_ai.response.id"];
      expect(seenFacts(span)).toEqual(wanted);
      if (recording.expect.error)
        expect(span.status.message).toContain(recording.expect.error.message.slice(0, 20));
    },
  );
});

async function replay(sdk: InstalledGoogleGenAI, { recording, how, reply }: Delivery) {
  // The first version keeps the id from applications, and prompts that are refused have no output.
  const telemetry = new Telemetry({ capture: "SPAN_AND_EVENT", except: ["missing_expected"] });
  const instrumentation = telemetry.observe(
    new GoogleGenAIInstrumentation({ captureMessageContent: "SPAN_AND_EVENT" }),
  );
  instrumentation.manuallyInstrument(sdk.exports);
  const prefix = `/${recording.api}/${recording.case}/${how.replaceAll(" ", "-")}`;
  const ai = new sdk.GoogleGenAI({
    apiKey: "recorded",
    httpOptions: { baseUrl: provider.serve(prefix, reply) },
  });
  try {
    if (recording.api === "generateContent") await ai.models.generateContent(toParams(recording));
    else for await (const _ of await ai.models.generateContentStream(toParams(recording)));
  } catch (error) {
    if (recording.expect.error === undefined) throw error;
  } finally {
    instrumentation.disable();
  }
  return (await telemetry.finish()).onlySpan();
}

interface Body {
  contents: never;
  generationConfig?: object;
}

/** What an application passes to have this body sent. */
function toParams({ request }: Recording) {
  const model = /models\/([^:]+):/.exec(request.url)?.[1] ?? "";
  const { contents, generationConfig, ...rest } = request.body as unknown as Body;
  return { model, contents, config: toCamelCase({ ...generationConfig, ...rest }) as object };
}

function toCamelCase(value: object): object {
  const entries = Object.entries(value).map(([name, member]) => [
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    name === "thinkingConfig" ? toCamelCase(member as object) : member,
  ]);
  return Object.fromEntries(entries);
}
