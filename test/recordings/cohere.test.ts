import { CohereInstrumentation } from "@kit/instrumentation-cohere";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COHERE } from "../fixtures/cohere.js";
import { COHERE_FOLDERS, loadCohere } from "../support/cohere.js";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { type Facts, seenFacts, wantedFacts } from "./facts.js";
import { RECORDINGS_ABSENT, type Recording, readRecordings } from "./recording.js";
import { type Delivery, deliveries } from "./replay.js";

const RECORDINGS = readRecordings("cohere");

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

describe.each(COHERE_FOLDERS)("%s", (folder) => {
  const sdk = loadCohere(folder);

  if (RECORDINGS.length === 0) it.skip(RECORDINGS_ABSENT, () => {});

  it.each([...COHERE, ...RECORDINGS].flatMap(deliveries))(
    "$recording.provider $recording.api $recording.case, $how",
    async (delivery) => {
      const { recording } = delivery;
      const span = await replay(sdk, delivery);
      expect(seen(span)).toEqual(wanted(recording));
      if (recording.expect.error) expect(span.status.message).toContain(recording.expect.error.message);
    },
  );
});

const DOCUMENTS = "gen_ai.retrieval.documents";

/** The facts know no documents. */
function seen(span: ReadableSpan): Facts {
  const { attributes, ...facts } = seenFacts(span);
  const documents = attributes[DOCUMENTS];
  return documents === undefined
    ? { ...facts, attributes }
    : { ...facts, attributes: { ...attributes, [DOCUMENTS]: JSON.parse(String(documents)) } };
}

/** Billed tokens count, and the conventions give ids to answers of models only. */
function wanted(recording: Recording): Facts {
  const { request, expect: said } = recording;
  const { usage, response_id: id } = said;
  const body = request.body as { embedding_types?: string[]; query?: string; top_n?: number };
  const ranking = (said as { rerank?: { index: number; relevance_score: number }[] }).rerank;
  const facts = wantedFacts(
    {
      ...recording,
      expect: {
        ...said,
        response_id: ranking === undefined && said.embeddings === undefined ? (id ?? null) : null,
        usage: usage && countsOf(usage),
        request: { ...said.request, encoding_format: body.embedding_types?.[0] as string },
      },
    },
    "cohere",
  );
  if (said.usage === null && recording.expect.operation === "text_completion")
    Object.assign(facts.attributes, { "kit.usage.missing": true });
  if (ranking === undefined) return facts;
  const documents = ranking.map(({ index, relevance_score: score }) => ({ id: String(index), score }));
  return {
    ...facts,
    attributes: {
      ...facts.attributes,
      "gen_ai.retrieval.top_k": body.top_n,
      "gen_ai.retrieval.query.text": body.query,
      [DOCUMENTS]: documents,
    },
  };
}

function countsOf(usage: Readonly<Record<string, number>>): Record<string, number> {
  const { billed_input_tokens: input_tokens, billed_output_tokens: output_tokens } = usage;
  return {
    ...(input_tokens !== undefined && { input_tokens }),
    ...(output_tokens !== undefined && { output_tokens }),
  };
}

type Methods = Record<string, (body: unknown) => Promise<unknown>>;

async function replay(sdk: ReturnType<typeof loadCohere>, { recording, how, reply }: Delivery) {
  // Answers do not name the model.
  const telemetry = new Telemetry({ capture: "SPAN_AND_EVENT", except: ["missing_expected"] });
  const instrumentation = telemetry.observe(
    new CohereInstrumentation({ captureMessageContent: "SPAN_AND_EVENT" }),
  );
  instrumentation.manuallyInstrument(sdk);
  const prefix = `/${recording.api}/${recording.case}/${how}`.replaceAll(" ", "-");
  const options = { token: "recorded", environment: provider.serve(prefix, reply) };
  const [version, name = ""] = recording.api.split("/");
  const client = version === "v2" ? new sdk.CohereClientV2(options) : new sdk.CohereClient(options);
  const isStream = recording.expect.request.stream === true;
  const { stream: _, ...body } = toCamelCase(recording.request.body) as Record<string, unknown>;
  try {
    const answer = await (client as unknown as Methods)[isStream ? `${name}Stream` : name]?.(body);
    if (isStream) for await (const _ of answer as AsyncIterable<unknown>);
  } catch (error) {
    if (recording.expect.error === undefined) throw error;
  } finally {
    instrumentation.disable();
  }
  return (await telemetry.finish()).onlySpan();
}

/** What an application passes to have this body sent. */
function toCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelCase);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  const entries = Object.entries(value).map(([name, member]) => [
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    toCamelCase(member),
  ]);
  return Object.fromEntries(entries);
}
