import type { GoogleGenAI } from "@google/genai";
import { GoogleGenAIInstrumentation } from "@kit/instrumentation-google-genai";
import { context, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { GOOGLE_GENAI_FOLDERS, loadGoogleGenAI } from "../support/google-genai.js";
import type { Answers } from "../support/provider-server.js";
import { useStage } from "../support/stage.js";
import { SECRET } from "../support/ways.js";
import { ANSWER, EMBEDDED, MODEL, PARAMS, STREAM } from "./fixture.js";

describe.each(GOOGLE_GENAI_FOLDERS)("%s", async (folder) => {
  const sdk = await loadGoogleGenAI(folder);

  const stage = useStage(
    () => new GoogleGenAIInstrumentation({ captureMessageContent: "SPAN_ONLY" }),
    sdk.exports,
    { capture: "SPAN_ONLY", except: ["missing_expected"] },
  );

  const client = (answers: Answers, more: object = {}): GoogleGenAI => {
    const baseUrl = stage.provider.serve("/google", answers);
    return new sdk.GoogleGenAI({ apiKey: "sk-test", httpOptions: { baseUrl }, ...more });
  };
  const onlySpan = async () => (await stage.telemetry.finish()).onlySpan();

  it("describes a request and its answer", async () => {
    await client(ANSWER).models.generateContent({
      ...PARAMS,
      config: {
        temperature: 0,
        thinkingConfig: { thinkingBudget: 0 },
        responseModalities: ["TEXT", "IMAGE"],
      },
    });
    const { name, attributes } = await onlySpan();
    expect(name).toBe(`generate_content ${MODEL}`);
    expect(attributes).toMatchObject({
      "gen_ai.operation.name": "generate_content",
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.request.model": MODEL,
      "gen_ai.request.temperature": 0,
      "gen_ai.output.type": "image",
      "gen_ai.response.model": "gemini-2.5-flash-001",
      "gen_ai.response.finish_reasons": ["STOP"],
      "gen_ai.usage.input_tokens": 1_000,
      "gen_ai.usage.output_tokens": 2_000,
      // 0.30 and 2.50 dollars for a million.
      "kit.cost.usd": 0.0053,
      "server.address": "127.0.0.1",
      "server.port": stage.provider.port,
    });
  });

  it.each([
    ["a text", SECRET, [{ role: "user", parts: [{ type: "text", content: SECRET }] }]],
    [
      "texts and parts",
      ["a", { inlineData: { data: "aGk=", mimeType: "image/png" } }],
      [
        {
          role: "user",
          parts: [
            { type: "text", content: "a" },
            { type: "blob", modality: "image", content: "aGk=", mime_type: "image/png" },
          ],
        },
      ],
    ],
    [
      "a history",
      [
        { role: "user", parts: [{ text: "a" }] },
        { role: "model", parts: [{ functionCall: { id: "1", name: "look", args: { at: "b" } } }] },
        { role: "user", parts: [{ functionResponse: { id: "1", name: "look", response: { found: "c" } } }] },
      ],
      [
        { role: "user", parts: [{ type: "text", content: "a" }] },
        { role: "assistant", parts: [{ type: "tool_call", id: "1", name: "look", arguments: { at: "b" } }] },
        { role: "tool", parts: [{ type: "tool_call_response", id: "1", response: { found: "c" } }] },
      ],
    ],
  ])("reads %s as messages", async (_, contents, messages) => {
    await client(ANSWER).models.generateContent({ model: MODEL, contents: contents as never });
    const { attributes } = await onlySpan();
    expect(JSON.parse(String(attributes["gen_ai.input.messages"]))).toEqual(messages);
  });

  it("times the first chunk of a stream, and puts its text together", async () => {
    for await (const _ of await client(STREAM).models.generateContentStream(PARAMS));
    const { attributes } = await onlySpan();
    expect(attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
      "gen_ai.usage.output_tokens": 2_000,
    });
    expect(attributes["gen_ai.output.messages"]).toContain(`Hello ${SECRET}.`);
  });

  it("describes embeddings, without their texts and vectors", async () => {
    const { models } = client(EMBEDDED);
    await models.embedContent({
      model: "gemini-embedding-001",
      contents: SECRET,
      config: { outputDimensionality: 3 },
    });
    const { name, attributes } = await onlySpan();
    expect(name).toBe("embeddings gemini-embedding-001");
    expect(attributes).toMatchObject({ "gen_ai.embeddings.dimension.count": 3 });
    expect(JSON.stringify(attributes)).not.toMatch(/0\.25|xyzzy/);
  });

  it("tells Vertex AI from the Gemini API, wherever it is", async () => {
    const vertex = { vertexai: true, apiKey: undefined, project: "p", location: "us-central1" };
    const authClient = { getRequestHeaders: async () => new Headers() };
    const ai = client(ANSWER, { ...vertex, googleAuthOptions: { authClient } });
    await ai.models.generateContent(PARAMS).catch(() => {});
    expect((await onlySpan()).attributes["gen_ai.provider.name"]).toBe("gcp.vertex_ai");
  });

  it("stands below the application's span", async () => {
    const tracer = stage.telemetry.tracerProvider.getTracer("app");
    const outer = tracer.startSpan("outer");
    await context.with(trace.setSpan(context.active(), outer), () =>
      client(ANSWER).models.generateContent(PARAMS),
    );
    outer.end();
    const { spans } = await stage.telemetry.finish();
    expect(spans[0]?.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
  });
});
