import type { Attributes } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { CHAT, processorTo, startServer } from "./harness.js";

const text = (role: string, content: string) => ({ role, parts: [{ type: "text", content }] });
const talk = (input: unknown[], output: unknown[], more: Attributes = {}): Attributes => ({
  ...CHAT,
  "gen_ai.input.messages": JSON.stringify(input),
  "gen_ai.output.messages": JSON.stringify(output),
  ...more,
});

async function setUp(captureMessages: boolean) {
  const server = await startServer();
  const { processor, tracer } = processorTo(server, { captureMessages });
  const time: [number, number] = [1_795_216_753, 0];
  const tell = async (...calls: Attributes[]) => {
    for (const attributes of calls) tracer.startSpan("chat", { attributes, startTime: time }).end(time);
    await processor.forceFlush();
  };
  return { server, tell };
}

describe("messages", () => {
  it("are sent with the call when asked for, as roles and texts", async () => {
    const { server, tell } = await setUp(true);
    const call = { type: "tool_call", id: "1", name: "search", arguments: { q: "cats" } };
    const input = [
      text("user", "find cats"),
      { role: "assistant", parts: [{ type: "text", content: "I look" }, call] },
      { role: "tool", parts: [{ type: "tool_call_response", id: "1", response: ["tom"] }] },
    ];
    const instructions = { "gen_ai.system_instructions": '[{"type":"text","content":"be kind"}]' };
    await tell(talk(input, [text("assistant", "a cat: tom")], instructions));
    const data = server.accepted[0]?.data ?? {};
    const ts = 1_795_216_753;
    expect(data.messages).toEqual([
      { role: "system", content: "be kind", ts },
      { role: "user", content: "find cats", ts },
      { role: "assistant", content: "I look", ts },
      { role: "tool_call", content: 'search {"q":"cats"}', ts },
      { role: "tool_result", content: '["tom"]', ts },
      { role: "assistant", content: "a cat: tom", ts },
    ]);
    expect(data.response_preview).toBe("a cat: tom");
    expect(data.attributes).toEqual({ "server.address": "api.openai.com" });
  });

  it("are cut, the oldest left out first, and the reply to 500 characters", async () => {
    const { server, tell } = await setUp(true);
    const long = Array.from({ length: 40 }, (_, n) => text("user", `${n} ${"w".repeat(900)}`));
    await tell(talk(long, [text("assistant", "r".repeat(900))]));
    const data = server.accepted[0]?.data ?? {};
    expect(data.truncated).toBe(true);
    expect(String(data.response_preview).length).toBe(500);
    const kept = (data.messages as { content: string }[]).map(({ content }) => content.split(" ")[0]);
    expect(kept.at(-2)).toBe("39");
    expect(kept.length).toBeLessThan(20);
  });

  it("of other spellings are sent as they are when asked for", async () => {
    const { server, tell } = await setUp(true);
    await tell({ ...CHAT, "gen_ai.prompt.0.content": "words", "llm.prompts": "more" });
    expect(server.accepted[0]?.data.attributes).toMatchObject({
      "gen_ai.prompt.0.content": "words",
      "llm.prompts": "more",
    });
  });

  it("are told from numbers of the same name", async () => {
    const { server, tell } = await setUp(false);
    await tell(
      { ...CHAT, "llm.usage.prompt": 7, "my.output": true },
      { ...CHAT, "llm.usage.prompt": "words" },
    );
    const [numbers, texts] = server.accepted.map(({ data }) => data.attributes as Attributes);
    expect(numbers).toMatchObject({ "llm.usage.prompt": 7, "my.output": true });
    expect(texts).not.toHaveProperty("llm.usage.prompt");
  });

  it("are nowhere when nobody asked", async () => {
    const { server, tell } = await setUp(false);
    await tell(talk([text("user", "secret")], [text("assistant", "secret")]));
    expect(server.requests.map(({ body }) => body).join("")).not.toContain("secret");
  });
});

describe("the transcript of a session", () => {
  const session = { "kit.kind": "session", "kit.session.name": "s", "session.id": "s" };
  const inSession = { "session.id": "s" };
  const hi = text("user", "hi");
  const hello = text("assistant", "hello");
  const again = text("user", "again");

  it("is sent at its end: each message once, although every call repeats those before", async () => {
    const { server, tell } = await setUp(true);
    await tell(
      talk([text("system", "be kind"), hi], [hello], inSession),
      talk([hi, hello, again], [hello], inSession),
      talk([hi], [hello], { "session.id": "other" }),
      session,
    );
    const [transcript, ...rest] = server.ofKind("transcript");
    expect(rest).toEqual([]);
    expect(transcript).toMatchObject({ session: "s", data: { session_key: "s" } });
    const messages = transcript?.data.messages as { role: string; content: string }[];
    expect(messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      "user: hi",
      "assistant: hello",
      "user: again",
      "assistant: hello",
    ]);
    expect((await server.get("/v1/sessions/s/transcript")).messages.length).toBe(4);
  });

  it("holds the end of a long talk", async () => {
    const { server, tell } = await setUp(true);
    for (let n = 0; n < 60; n++) await tell(talk([text("user", `${n} ${"w".repeat(900)}`)], [], inSession));
    await tell(session);
    const [transcript] = server.ofKind("transcript");
    const messages = transcript?.data.messages as { content: string }[];
    expect(messages.at(-1)?.content).toMatch(/^59 /);
    expect(messages.length).toBeGreaterThan(10);
  });

  it("is not sent when nobody asked, or nothing was said", async () => {
    const silent = await setUp(true);
    await silent.tell(session);
    const unasked = await setUp(false);
    await unasked.tell(talk([hi], [hello], inSession), session);
    expect([...silent.server.ofKind("transcript"), ...unasked.server.ofKind("transcript")]).toEqual([]);
  });
});
