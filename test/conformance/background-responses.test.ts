import type OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { json, type ReceivedRequest, script } from "../support/provider-server.js";
import { run } from "./openai-run.js";

const USAGE = {
  input_tokens: 1_000,
  input_tokens_details: { cached_tokens: 400 },
  output_tokens: 500,
  output_tokens_details: { reasoning_tokens: 300 },
  total_tokens: 1_500,
};
const FINISHED = {
  id: "resp_1",
  object: "response",
  model: "gpt-5-2025-08-07",
  status: "completed",
  background: true,
  output: [],
  usage: USAGE,
};
const QUEUED = { ...FINISHED, status: "queued", usage: null };

const ask = { model: "gpt-5", input: "Think.", background: true } as const;
/** 600 fresh tokens at $1.25, 400 from the cache at $0.125, 500 out at $10 a million. */
const COST = (600 * 1.25 + 400 * 0.125 + 500 * 10) / 1e6;

const streamOf = (...bodies: object[]) =>
  script(
    bodies.map((response, index) => ({
      type: `response.${(response as { status: string }).status}`,
      sequence_number: index,
      response,
    })),
  );

/** Starts a response, and fetches it as `app` says. What each span says that it used, in the order of their starts. */
async function used(answers: (request: ReceivedRequest) => ReturnType<typeof json>, app: App) {
  // A queued answer has no finish reason yet.
  const except = ["missing_expected"] as const;
  const { spans } = await run(answers, app, { baseURL: "https://api.openai.com/v1", except });
  return spans.map(({ name, attributes }) => ({
    name: name.split(" ")[0],
    tokens: attributes["kit.usage.output_tokens"] ?? attributes["gen_ai.usage.output_tokens"],
    cost: attributes["kit.cost.usd"],
  }));
}

type App = (client: OpenAI) => Promise<unknown>;
const readAll = async (stream: AsyncIterable<unknown>) => {
  for await (const _ of stream);
};
const COUNTED = { name: "fetch_response", tokens: 500, cost: expect.closeTo(COST, 12) };
const UNCOUNTED = { name: "fetch_response", tokens: undefined, cost: undefined };

describe("a response that was generated in the background", () => {
  it("is counted by the first call that fetches it finished, and by no other", async () => {
    const states = [QUEUED, { ...QUEUED, status: "in_progress" }, FINISHED, FINISHED, FINISHED];
    const app: App = async (client) => {
      await client.responses.create(ask);
      for (let polls = 0; polls < 3; polls += 1) await client.responses.retrieve("resp_1");
      await readAll(await client.responses.retrieve("resp_1", { stream: true }));
    };
    const found = await used(({ path }) => {
      const state = states.shift() ?? FINISHED;
      return path.includes("stream=true") ? streamOf(state) : json(state);
    }, app);
    expect(found).toEqual([
      { name: "chat", tokens: undefined, cost: undefined },
      UNCOUNTED,
      COUNTED,
      UNCOUNTED,
      UNCOUNTED,
    ]);
  });

  it.each([true, false])("is counted when its stream is fetched, content captured: %s", async (captured) => {
    const app: App = async (client) => {
      await readAll(await client.responses.retrieve("resp_1", { stream: true, starting_after: 3 }));
      await client.responses.retrieve("resp_1");
    };
    const capture = captured ? "SPAN_ONLY" : "NO_CONTENT";
    const { spans } = await run(
      ({ path }) => (path.includes("stream=true") ? streamOf(FINISHED) : json(FINISHED)),
      app,
      { baseURL: "https://api.openai.com/v1", config: { captureMessageContent: capture }, capture },
    );
    expect(spans[0]?.attributes).toMatchObject({
      "gen_ai.operation.name": "fetch_response",
      "kit.usage.input_tokens": 1_000,
      "kit.usage.cache_read.input_tokens": 400,
      "kit.usage.output_tokens": 500,
      "kit.usage.reasoning.output_tokens": 300,
      "kit.cost.usd": expect.closeTo(COST, 12),
    });
    expect(Object.keys(spans[1]?.attributes ?? {}).join()).not.toMatch(/usage|cost/);
  });

  it("is not counted again if the stream of its own call told what it used", async () => {
    const app: App = async (client) => {
      await readAll(await client.responses.create({ ...ask, stream: true }));
      await client.responses.retrieve("resp_1");
    };
    const answer = ({ method }: ReceivedRequest) =>
      method === "POST" ? streamOf(QUEUED, FINISHED) : json(FINISHED);
    expect(await used(answer, app)).toEqual([{ ...COUNTED, name: "chat" }, UNCOUNTED]);
  });

  it("is counted when fetched if the stream of its own call was left before its end", async () => {
    const app: App = async (client) => {
      for await (const _ of await client.responses.create({ ...ask, stream: true })) break;
      await client.responses.retrieve("resp_1");
    };
    const answer = ({ method }: ReceivedRequest) =>
      method === "POST" ? streamOf(QUEUED, FINISHED) : json(FINISHED);
    expect(await used(answer, app)).toMatchObject([{ name: "chat" }, COUNTED]);
  });

  it("is counted for itself, also if it failed or ran out of tokens", async () => {
    const app: App = async (client) => {
      for (const id of ["resp_1", "resp_2", "resp_1"]) await client.responses.retrieve(id);
    };
    const answer = ({ path }: ReceivedRequest) =>
      json({ ...FINISHED, id: path.slice(-6), status: path.endsWith("1") ? "incomplete" : "failed" });
    expect(await used(answer, app)).toEqual([COUNTED, COUNTED, UNCOUNTED]);
  });
});

it("a response that was awaited is not counted again when it is fetched", async () => {
  const app: App = (client) => client.responses.retrieve("resp_1");
  expect(await used(() => json({ ...FINISHED, background: false }), app)).toEqual([UNCOUNTED]);
});
