import type { GoogleGenAI } from "@google/genai";
import { GoogleGenAIInstrumentation } from "@kit/instrumentation-google-genai";
import { describe, expect, it } from "vitest";
import { GOOGLE_GENAI_FOLDERS, loadGoogleGenAI } from "../support/google-genai.js";
import { type Answers, json } from "../support/provider-server.js";
import { useStage } from "../support/stage.js";
import { SECRET } from "../support/ways.js";
import { ASKED, events, MODEL, streamed, whole } from "./interaction-fixture.js";

describe.each(GOOGLE_GENAI_FOLDERS.slice(1))("%s", async (folder) => {
  const sdk = await loadGoogleGenAI(folder);

  const stage = useStage(
    () => new GoogleGenAIInstrumentation({ captureMessageContent: "SPAN_ONLY" }),
    sdk.exports,
    { capture: "SPAN_ONLY", except: ["missing_expected"] },
  );

  const client = (answers: Answers, more: object = {}): GoogleGenAI => {
    const baseUrl = stage.provider.serve("/google", answers);
    return new sdk.GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl }, ...more });
  };
  const onlySpan = async () => (await stage.telemetry.finish()).onlySpan();
  const messages = (attributes: object, kind: string) =>
    JSON.parse(String((attributes as Record<string, unknown>)[`gen_ai.${kind}`]));

  it("describes an interaction and its answer", async () => {
    const { interactions } = client(json(whole()));
    await interactions.create({
      ...ASKED,
      system_instruction: "Be brief.",
      previous_interaction_id: "i0",
      tools: [
        { type: "function", name: "look", description: "Looks.", parameters: {} },
        { type: "google_search" },
      ],
      generation_config: { temperature: 0, max_output_tokens: 9, thinking_level: "low" },
    });
    const { name, attributes } = await onlySpan();
    expect(name).toBe(`generate_content ${MODEL}`);
    expect(attributes).toMatchObject({
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.request.temperature": 0,
      "gen_ai.request.max_tokens": 9,
      "gen_ai.request.reasoning.level": "low",
      "gen_ai.request.previous_response.id": "i0",
      "gen_ai.response.id": "i1",
      "gen_ai.response.model": MODEL,
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 1_000,
      "gen_ai.usage.output_tokens": 2_000,
      "gen_ai.usage.reasoning.output_tokens": 500,
      "kit.cost.usd": 0.0053,
      "server.port": stage.provider.port,
    });
    expect(messages(attributes, "system_instructions")).toEqual([{ type: "text", content: "Be brief." }]);
    expect(messages(attributes, "input.messages")).toEqual([
      { role: "user", parts: [{ type: "text", content: ASKED.input }] },
    ]);
    expect(messages(attributes, "output.messages")).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: `Hm ${SECRET}.` },
          { type: "text", content: `Hello ${SECRET}` },
        ],
      },
    ]);
    expect(messages(attributes, "tool.definitions")).toMatchObject([
      { type: "function", name: "look" },
      { type: "google_search", name: "google_search" },
    ]);
  });

  it("tells of a stream what it tells of the whole answer, and when it began", async () => {
    const ai = client([json(whole()), streamed(events("i1", "completed"))]);
    await ai.interactions.create(ASKED);
    for await (const _ of await ai.interactions.create({ ...ASKED, stream: true }));
    const { spans } = await stage.telemetry.finish();
    const [plain, stream] = spans.map(({ attributes }) => attributes);
    expect(stream).toEqual({
      ...plain,
      "gen_ai.request.stream": true,
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
    });
  });

  it("counts all that a continued stream used, and has the text of all its parts", async () => {
    const more = { continuation_token: "t1" };
    const parts = [
      streamed(events("i1", "requires_continuation", more)),
      streamed(events("i2", "completed")),
    ];
    for await (const _ of await client(parts).interactions.create({ ...ASKED, stream: true }));
    expect(stage.provider.requests).toHaveLength(2);
    const { attributes } = await onlySpan();
    expect(attributes).toMatchObject({
      "gen_ai.response.id": "i2",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 2_000,
      "gen_ai.usage.text.input_tokens": 2_000,
      "gen_ai.usage.output_tokens": 4_000,
    });
    expect(String(attributes["gen_ai.output.messages"]).split(`Hello ${SECRET}`)).toHaveLength(3);
  });

  it("describes an agent of Google's", async () => {
    const agent = "deep-research-pro-preview-12-2025";
    await client(json(whole({ agent, model: undefined }))).interactions.create({ agent, input: "?" });
    const { name, attributes } = await onlySpan();
    expect(name).toBe("invoke_agent");
    expect(attributes).toMatchObject({ "gen_ai.agent.id": agent, "gen_ai.usage.input_tokens": 1_000 });
    expect(Object.keys(attributes)).not.toContain("gen_ai.response.id");
  });

  it("links what is fetched later to the request for it, and counts nothing twice", async () => {
    const pending = whole({ status: "in_progress", steps: [], usage: undefined });
    const ai = client([json(pending), json(whole()), streamed(events("i1", "completed"))]);
    await ai.interactions.create({ ...ASKED, background: true });
    await ai.interactions.get("i1");
    for await (const _ of await ai.interactions.get("i1", { stream: true, last_event_id: "e1" }));
    const { spans } = await stage.telemetry.finish();
    const [asked, fetched, resumed] = spans;
    expect(spans.map(({ name }) => name)).toEqual([
      `generate_content ${MODEL}`,
      "fetch_response",
      "fetch_response",
    ]);
    expect(asked?.attributes["gen_ai.response.finish_reasons"]).toBeUndefined();
    expect(fetched?.links[0]?.context.spanId).toBe(asked?.spanContext().spanId);
    expect(fetched?.attributes).toMatchObject({
      "gen_ai.response.status": "completed",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.output.messages": expect.stringContaining(SECRET),
    });
    expect(resumed?.attributes["gen_ai.request.stream_cursor"]).toBe("e1");
    expect(Object.keys({ ...fetched?.attributes, ...resumed?.attributes }).join()).not.toMatch(/usage|cost/);
  });

  it("says that a stream that broke off has no end of its own", async () => {
    const cut = streamed(events("i1", "completed").slice(0, 6));
    for await (const _ of await client(cut).interactions.create({ ...ASKED, stream: true }));
    expect((await onlySpan()).attributes["gen_ai.response.finish_reasons"]).toEqual(["error"]);
  });

  it("names Vertex AI, and the server that a call chose itself", async () => {
    const authClient = { getRequestHeaders: async () => new Headers() };
    const vertex = { vertexai: true, apiKey: undefined, project: "p", location: "us-central1" };
    const ai = client(json(whole()), { ...vertex, googleAuthOptions: { authClient } });
    await ai.interactions
      .create(ASKED, { server_url: `http://localhost:${stage.provider.port}/google` })
      .catch(() => {});
    const { attributes } = await onlySpan();
    expect(attributes).toMatchObject({
      "gen_ai.provider.name": "gcp.vertex_ai",
      "server.address": "localhost",
    });
  });

  it("is gone when it is off", async () => {
    const { prototype } = sdk.GoogleGenAI as unknown as { prototype: object };
    const ai = client(json(whole()));
    const { interactions } = ai;
    stage.instrumentation.disable();
    expect(Object.getOwnPropertyDescriptor(prototype, "interactions")?.get?.name).toBe("get interactions");
    await interactions.create(ASKED);
    expect((await stage.telemetry.finish()).spans).toEqual([]);
  });
});
