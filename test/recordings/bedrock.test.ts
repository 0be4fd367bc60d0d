import { BedrockInstrumentation } from "@kit/instrumentation-bedrock";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BEDROCK } from "../fixtures/bedrock.js";
import { ALLOWED, bedrock, connect } from "../support/bedrock.js";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { type Facts, seenFacts, wantedFacts } from "./facts.js";
import { RECORDINGS_ABSENT, type Recording, readRecordings } from "./recording.js";
import { type Delivery, deliveries } from "./replay.js";

const RECORDINGS = readRecordings("aws-bedrock");

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

if (RECORDINGS.length === 0) it.skip(RECORDINGS_ABSENT, () => {});

it.each([...BEDROCK, ...RECORDINGS].flatMap(deliveries))(
  "$recording.provider $recording.api $recording.case, $how",
  async (delivery) => {
    const { recording } = delivery;
    const span = await replay(delivery);
    expect(seenFacts(span)).toEqual(wanted(recording));
    if (recording.expect.error) expect(span.status.message).toBe(recording.expect.error.message);
  },
);

/** The facts leave out what bodies of the models' own formats say of themselves. */
function wanted(recording: Recording): Facts {
  const { name, attributes, content } = wantedFacts(recording, "aws.bedrock");
  const { messages, prompt, inputText, inferenceConfig } = recording.request.body as Record<
    string,
    unknown[]
  >;
  const texts =
    recording.expect.operation === "embeddings" ? 0 : [prompt ?? inputText].flat().filter(Boolean).length;
  const { topK } = (inferenceConfig ?? {}) as { topK?: number };
  return {
    name,
    attributes: {
      ...attributes,
      ...(topK && { "gen_ai.request.top_k": topK }),
      ...(recording.expect.usage === null &&
        (messages?.length ?? texts) > 0 && { "kit.usage.missing": true }),
    },
    content: { ...content, ...((messages ?? texts) && { messages: messages?.length ?? texts }) },
  };
}

async function replay({ recording, how, reply }: Delivery) {
  const telemetry = new Telemetry({ capture: "SPAN_AND_EVENT", ...ALLOWED });
  const instrumentation = telemetry.observe(
    new BedrockInstrumentation({ captureMessageContent: "SPAN_AND_EVENT" }),
  );
  instrumentation.manuallyInstrument(bedrock);
  const client = connect(
    provider.serve(`/${recording.api}/${recording.case}/${how.replaceAll(" ", "-")}`, reply),
  );
  try {
    const answer = (await client.send(toCommand(recording))) as { stream?: unknown; body?: unknown };
    const stream = answer.stream ?? answer.body;
    if (recording.expect.request.stream) for await (const _ of stream as AsyncIterable<unknown>);
  } catch (error) {
    if (recording.expect.error === undefined) throw error;
  } finally {
    instrumentation.disable();
    client.destroy();
  }
  return (await telemetry.finish()).onlySpan();
}

/** What an application sends to have this body sent. */
function toCommand({ api, request }: Recording): never {
  const modelId = decodeURIComponent(/model\/([^/]+)\//.exec(request.url)?.[1] ?? "");
  const body = JSON.stringify(request.body);
  const made = {
    converse: () => new bedrock.ConverseCommand({ ...(request.body as object), modelId }),
    "converse-stream": () => new bedrock.ConverseStreamCommand({ ...(request.body as object), modelId }),
    "invoke-model": () => new bedrock.InvokeModelCommand({ modelId, body }),
    "invoke-model-with-response-stream": () =>
      new bedrock.InvokeModelWithResponseStreamCommand({ modelId, body: Buffer.from(body) }),
  }[api];
  if (made === undefined) throw new Error(`No command for ${api}`);
  return made() as never;
}
