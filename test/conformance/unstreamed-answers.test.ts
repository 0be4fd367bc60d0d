import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { messageBody } from "../support/provider/anthropic-answers.js";
import { bytes, json, type Reply } from "../support/provider-server.js";
import { run as runAnthropic } from "./anthropic-run.js";
import { run } from "./openai-run.js";

const messages = [{ role: "user" as const, content: "hi" }];
const ask = { model: "gpt-4o-mini", messages, stream: true } as const;
const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "gpt-4o-mini-2024-07-18",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

const MESSAGE = messageBody([{ type: "text", text: "Hello" }], "end_turn");

/** Nothing came that could be told. */
const LACKING = { except: ["missing_expected", "missing_conditional"] } as const;

async function countOf(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count += 1;
  return count;
}

/** SDKs find no event in such an answer, and hand out a stream without chunks. */
describe("a stream that was asked for and is answered with plain JSON", () => {
  it("has the facts of the answer", async () => {
    const { onlySpan } = await run(
      json(COMPLETION),
      async (client) => {
        expect(await countOf(await client.chat.completions.create(ask))).toBe(0);
      },
      { config: { captureMessageContent: "SPAN_ONLY" }, capture: "SPAN_ONLY" },
    );
    expect(onlySpan().attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 3,
      "gen_ai.usage.output_tokens": 2,
      "gen_ai.output.messages": expect.stringContaining("Hello"),
    });
    // All of it is the first chunk.
    expect(onlySpan().attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
    expect(onlySpan().status.code).toBe(SpanStatusCode.UNSET);
  });

  it("is a failure if the answer tells of one", async () => {
    const failed = json({ error: { message: "No capacity.", type: "overloaded", code: "no_capacity" } });
    for (const path of ["chat", "responses"] as const) {
      const { onlySpan } = await run(failed, async (client) => {
        const stream =
          path === "chat"
            ? await client.chat.completions.create(ask)
            : await client.responses.create({ model: "m", input: "hi", stream: true });
        await countOf(stream);
      });
      expect(onlySpan().status.code).toBe(SpanStatusCode.ERROR);
      expect(onlySpan().attributes["error.type"]).toBe("no_capacity");
    }
  });

  it.each(["matrix/anthropic-0.30", "matrix/anthropic-0.133", "matrix/anthropic-1"])(
    "has the same with the SDK in %s",
    async (folder) => {
      const ask = { model: "claude-sonnet-4-20250514", max_tokens: 9, messages, stream: true } as const;
      const answered = await runAnthropic(
        json(MESSAGE),
        async (client) => void (await countOf(await client.messages.create(ask))),
        { folder },
      );
      expect(answered.onlySpan().attributes).toMatchObject({
        "gen_ai.response.finish_reasons": ["end_turn"],
        "gen_ai.usage.output_tokens": 3,
      });
      const failed = await runAnthropic(
        json({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }),
        async (client) => void (await countOf(await client.messages.create(ask))),
        { folder },
      );
      expect(failed.onlySpan().attributes["error.type"]).toBe("overloaded_error");
    },
  );

  it.each<[string, Reply]>([
    ["is cut", bytes(Buffer.from('{"id": "chatcmpl'), { headers: { "content-type": "application/json" } })],
    ["is too large to be copied", json({ ...COMPLETION, padding: "x".repeat(2 ** 21) })],
    ["is empty", bytes(Buffer.alloc(0), { headers: { "content-type": "application/json" } })],
  ])("ends without facts when the JSON %s", async (_, answer) => {
    const { onlySpan } = await run(
      answer,
      async (client) => {
        expect(await countOf(await client.chat.completions.create(ask))).toBe(0);
      },
      LACKING,
    );
    expect(onlySpan().attributes).not.toHaveProperty("gen_ai.response.id");
    expect(onlySpan().status.code).toBe(SpanStatusCode.UNSET);
  });

  it("leaves the raw answer to an application that asks for it", async () => {
    const { onlySpan } = await run(json(COMPLETION), async (client) => {
      const response = await client.chat.completions.create(ask).asResponse();
      expect(await response.json()).toEqual(COMPLETION);
    });
    expect(onlySpan().attributes["kit.outcome"]).toBe("raw");
  });

  it("is read as a stream when its events only have the wrong content type", async () => {
    const { usage, choices, ...head } = COMPLETION;
    const frames = [
      { ...head, choices: [{ index: 0, delta: { content: "Hello" }, finish_reason: "stop" }] },
      { ...head, choices: [], usage },
    ].map((frame) => `data: ${JSON.stringify(frame)}\n\n`);
    const answer = bytes(Buffer.from(`${frames.join("")}data: [DONE]\n\n`), {
      headers: { "content-type": "application/json" },
    });
    const { onlySpan } = await run(answer, async (client) => {
      expect(await countOf(await client.chat.completions.create(ask))).toBe(2);
    });
    expect(onlySpan().attributes).toMatchObject({
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.output_tokens": 2,
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
    });
  });
});
