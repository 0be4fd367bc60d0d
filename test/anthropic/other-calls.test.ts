import { SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterEach, describe, expect, it } from "vitest";
import { bytes, json, type ReceivedRequest, script } from "../support/provider-server.js";
import {
  eventsOf,
  HELLO,
  MODEL,
  message,
  PARAMS,
  RUNNER_VERSIONS,
  reply,
  type Stage,
  setStage,
  USAGE,
  type Version,
} from "./support.js";

let stage: Stage;
afterEach(() => stage.close());

const BATCH = {
  id: "msgbatch_1",
  type: "message_batch",
  processing_status: "ended",
  request_counts: { processing: 3, succeeded: 2, errored: 1, canceled: 4, expired: 5 },
};
const BATCHED = { ...HELLO, usage: { ...HELLO.usage, service_tier: "batch" } };
const RESULTS = [
  { custom_id: "a", result: { type: "succeeded", message: BATCHED } },
  // Results need not name their tier.
  { custom_id: "b", result: { type: "succeeded", message: HELLO } },
  { custom_id: "c", result: { type: "errored", error: { type: "error" } } },
];

/** Answers as the batches API does; old versions ask for the URL of the results first. */
function answerBatches({ path, headers }: ReceivedRequest) {
  if (!path.includes("results")) {
    return json({
      ...BATCH,
      results_url: `http://${headers.host}/anthropic/v1/messages/batches/msgbatch_1/results`,
    });
  }
  const lines = RESULTS.map((line) => `${JSON.stringify(line)}\n`).join("");
  return bytes(Buffer.from(lines), { headers: { "content-type": "application/x-jsonl" } });
}

/** Where each generation keeps its batches. */
const BATCHES = [
  ["anthropic-0.30", ["beta"]],
  ...RUNNER_VERSIONS.map((version) => [version, ["stable", "beta"]] as const),
] as const;
const batchesOf = ({ client }: Stage, kind: string) =>
  (kind === "beta" ? client.beta.messages : client.messages).batches;
const named = (spans: readonly ReadableSpan[], name: string) => spans.find((span) => span.name === name);

describe.each(BATCHES.flatMap(([version, kinds]) => kinds.map((kind) => [version, kind] as const)))(
  "a batch of %s, %s",
  (version: Version, kind) => {
    it("is linked from its making to its results, which tell outcomes, usage and the price of a batch", async () => {
      stage = await setStage(version, answerBatches, { global: true });
      const batches = batchesOf(stage, kind);
      const { id } = await batches.create({ requests: [{ custom_id: "a", params: PARAMS }] });
      await batches.retrieve(id);
      await batches.cancel(id);
      const ids: string[] = [];
      for await (const line of await batches.results(id)) ids.push(line.custom_id);
      expect(ids).toEqual(["a", "b", "c"]);

      const { spans } = await stage.telemetry.finish();
      const made = named(spans, "create_batch");
      expect(made?.attributes).toMatchObject({
        "kit.batch.id": id,
        "kit.batch.status": "ended",
        "kit.batch.request.count": 15,
        "kit.batch.succeeded.count": 2,
        "kit.batch.failed.count": 10,
      });
      for (const name of ["retrieve_batch", "cancel_batch", "batch_results"]) {
        expect(named(spans, name)?.links.map(({ context }) => context.spanId)).toEqual([
          made?.spanContext().spanId,
        ]);
      }
      const results = named(spans, "batch_results")?.attributes;
      expect(results).toMatchObject({
        "kit.batch.succeeded.count": 2,
        "kit.batch.failed.count": 1,
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 14,
      });
      // Of each: 10 fresh tokens at $3, 30 from the cache at $0.30, 20 into it at $3.75, 7 out at $15 a million; all by half.
      expect(results?.["kit.cost.usd"]).toBeCloseTo((2 * (30 + 9 + 75 + 105)) / 2 / 1e6, 12);
      expect(results?.["kit.price.terms"]).toEqual(["batch"]);
      expect(new Set(spans.map((span) => span.instrumentationScope.name))).toHaveLength(1);
    });

    it("tells what its results used once, however often and by how many readers they are read", async () => {
      stage = await setStage(version, answerBatches, { global: true });
      const batches = batchesOf(stage, kind);
      for await (const _ of await batches.results("msgbatch_1")) break;
      const [one, other] = [await batches.results("msgbatch_1"), await batches.results("msgbatch_1")];
      const beside = other[Symbol.asyncIterator]();
      for await (const _ of one) await beside.next();
      await beside.next();

      const read = (await stage.telemetry.finish()).spans.filter(({ name }) => name === "batch_results");
      const told = (name: string) => read.map(({ attributes }) => attributes[name] ?? null).sort();
      expect(told("kit.batch.succeeded.count")).toEqual([1, 2, 2]);
      expect(told("gen_ai.usage.output_tokens")).toEqual([7, 7, null]);
      expect(told("kit.cost.usd")).toEqual([expect.any(Number), expect.any(Number), null]);
    });

    it("that does not exist fails as it does without us", async () => {
      stage = await setStage(version, json({ error: { type: "not_found_error" } }, { status: 404 }));
      await expect(batchesOf(stage, kind).results("gone")).rejects.toMatchObject({ status: 404 });
      const { spans } = await stage.telemetry.finish();
      expect(new Set(spans.map((span) => span.attributes["error.type"]))).toEqual(new Set(["404"]));
    });
  },
);

describe.each(["anthropic-0.30", "anthropic-0.133", "anthropic-0.134"] as const)(
  "a legacy completion of %s",
  (version) => {
    const answer = {
      id: "compl_1",
      type: "completion",
      completion: " Hello",
      model: "claude-2.1",
      stop_reason: "stop_sequence",
    };

    it.each([false, true])("streamed: %s, is a text completion without usage", async (stream) => {
      const pieces = [" Hel", "lo"].map((completion, index) => ({
        ...answer,
        completion,
        stop_reason: index === 1 ? "stop_sequence" : null,
      }));
      const sse = pieces.map((piece) => `event: completion\ndata: ${JSON.stringify(piece)}\n\n`).join("");
      stage = await setStage(
        version,
        stream ? bytes(Buffer.from(sse), { headers: { "content-type": "text/event-stream" } }) : json(answer),
        { global: true, config: { captureMessageContent: true } },
      );
      const result = await stage.client.completions.create({
        model: "claude-2.1",
        prompt: "\n\nHuman: Hi\n\nAssistant:",
        max_tokens_to_sample: 5,
        stream,
      });
      if (stream) for await (const _ of result);
      const span = (await stage.telemetry.finish()).onlySpan();
      expect(span.name).toBe("text_completion claude-2.1");
      expect(span.attributes).toMatchObject({
        "gen_ai.request.max_tokens": 5,
        "gen_ai.response.finish_reasons": ["stop_sequence"],
        "gen_ai.output.messages": JSON.stringify([
          { role: "assistant", parts: [{ type: "text", content: " Hello" }] },
        ]),
      });
    });
  },
);

it("records messages in the namespace that prompt caching had in anthropic-0.30", async () => {
  stage = await setStage("anthropic-0.30", json(HELLO));
  await stage.client.beta.promptCaching.messages.create(PARAMS);
  expect((await stage.telemetry.finish()).onlySpan().attributes["gen_ai.usage.input_tokens"]).toBe(60);
});

describe.each([true, false])("a message thread of anthropic-1, global provider: %s,", (global) => {
  it("names the answer that each turn continues, sent or streamed", async () => {
    stage = await setStage(
      "anthropic-1",
      ({ body }) => reply(HELLO, (body as { stream?: boolean }).stream === true),
      {
        global,
      },
    );
    const thread = stage.client.beta.messages.thread({ model: MODEL, max_tokens: 5 });
    await thread.send({ role: "user", content: "Hi" });
    await thread.stream({ role: "user", content: "And?" }).finalMessage();
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ attributes }) => attributes)).toMatchObject([
      { "gen_ai.usage.output_tokens": 7 },
      {
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.request.stream": true,
        "gen_ai.request.previous_response.id": "msg_1",
        "gen_ai.response.time_to_first_chunk": expect.any(Number),
      },
    ]);
  });

  it("whose reader leaves a streamed turn is cancelled, not failed", async () => {
    stage = await setStage("anthropic-1", script([...eventsOf(HELLO).slice(0, 3), "hang"]), { global });
    const thread = stage.client.beta.messages.thread({ model: MODEL, max_tokens: 5 });
    for await (const _ of thread.stream({ role: "user", content: "Hi" })) break;
    const span = (await stage.telemetry.finish()).onlySpan();
    expect([span.attributes["kit.outcome"], span.status.code]).toEqual(["cancelled", SpanStatusCode.UNSET]);
  });
});

describe.each(RUNNER_VERSIONS)("structured output of %s", (version) => {
  const format = { type: "json_schema", schema: { type: "object" } };
  const answer = message([{ type: "text", text: '{"city":"Oslo"}' }]);

  it("is parsed once, by the SDK, and told as JSON", async () => {
    stage = await setStage(version, json(answer), { global: true });
    const params = { ...PARAMS, output_config: { format, effort: "low" } };
    const parsed = await stage.client.messages.parse({
      ...params,
      output_config: { ...params.output_config, format: { ...format, parse: JSON.parse } },
    });
    expect(parsed.parsed_output).toEqual({ city: "Oslo" });
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.attributes).toMatchObject({
      "gen_ai.output.type": "json",
      "gen_ai.request.reasoning.level": "low",
      "gen_ai.usage.input_tokens": USAGE.input_tokens + 50,
    });
    expect(eventsOf(answer)).not.toEqual([]);
  });
});
