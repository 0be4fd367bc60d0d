import { describe, expect, it } from "vitest";
import {
  agentSpan,
  assistant,
  call,
  chatSpan,
  makeSpan,
  newTraceId,
  reasoning,
  response,
  system,
  text,
  toolMessage,
  toolSpan,
  user,
} from "../support/catsyphon/spans.js";
import { exporterTo, exportSpans, page, tell } from "./exporter-harness.js";
import { startServer } from "./harness.js";

const conversation = { "gen_ai.conversation.id": "c" };

describe("prompts and replies", () => {
  it("tells each prompt and reply of a full-history chat once, whether in one trace or in several", async () => {
    const history: unknown[] = [system("Be brief.")];
    const single = newTraceId();
    for (const traceOf of [() => single, newTraceId]) {
      history.splice(1);
      const spans = ["one", "two", "three"].map((word, turn) => {
        history.push(user(word));
        const input = [...history];
        const output = [assistant(`reply ${word}`)];
        history.push(...output);
        return chatSpan({
          traceId: traceOf(),
          start: turn * 10,
          end: turn * 10 + 5,
          input,
          output,
          attributes: conversation,
        });
      });
      const { server } = await tell(spans);
      expect(page(server, "shop:c")).toEqual([
        "system: Be brief.",
        "user: one",
        "assistant: reply one",
        "user: two",
        "assistant: reply two",
        "user: three",
        "assistant: reply three",
      ]);
    }
  });

  it.each(["together", "one by one"])(
    "puts a prompt after the reply that it follows within a millisecond, exported %s",
    async (manner) => {
      // An SDK's start times are cut to whole milliseconds, its end times are not.
      const first = [user("one")];
      const second = [...first, assistant("reply one"), user("two")];
      const spans = [
        chatSpan({
          start: 0,
          end: 5.9,
          input: first,
          output: [assistant("reply one")],
          attributes: conversation,
        }),
        chatSpan({
          start: 5,
          end: 9,
          input: second,
          output: [assistant("reply two")],
          attributes: conversation,
        }),
      ];
      const server = await startServer();
      const exporter = exporterTo(server);
      for (const batch of manner === "together" ? [spans] : spans.map((span) => [span])) {
        await exportSpans(exporter, batch);
        await exporter.forceFlush();
      }
      expect(page(server, "shop:c")).toEqual([
        "user: one",
        "assistant: reply one",
        "user: two",
        "assistant: reply two",
      ]);
    },
  );

  it("tells a prompt twice that is asked in two traces, and once that is asked twice in one", async () => {
    const ask = (traceId: string, start: number) =>
      chatSpan({
        traceId,
        start,
        input: [user("hi")],
        output: [assistant(`at ${start}`)],
        attributes: conversation,
      });
    const [first, second] = [newTraceId(), newTraceId()];
    const { server } = await tell([ask(first, 0), ask(first, 10), ask(second, 20)]);
    expect(page(server, "shop:c")).toEqual([
      "user: hi",
      "assistant: at 0",
      "assistant: at 10",
      "user: hi",
      "assistant: at 20",
    ]);
  });

  it("tells words that are said again after the same reply", async () => {
    const traceId = newTraceId();
    const turn = [user("again"), assistant("ok")];
    const ask = (before: number, start: number) =>
      chatSpan({
        traceId,
        start,
        input: [...Array(before).fill(turn).flat(), user("again")],
        output: [assistant("ok")],
        attributes: conversation,
      });
    const { server } = await tell([ask(0, 0), ask(1, 10), ask(2, 20), ask(2, 30), ask(3, 40)]);
    expect(page(server, "shop:c").filter((line) => line === "user: again").length).toBe(4);
  });

  it("knows prompts by the response they continue when the provider keeps the history", async () => {
    const traceId = newTraceId();
    const ask = (previous: string | undefined, start: number) =>
      chatSpan({
        traceId,
        start,
        input: [user("go on")],
        output: [assistant(`${start}`)],
        attributes: { ...conversation, ...(previous && { "gen_ai.request.previous_response.id": previous }) },
      });
    const { server } = await tell([ask(undefined, 0), ask("r1", 10), ask("r2", 20), ask("r2", 30)]);
    expect(page(server, "shop:c").filter((line) => line.startsWith("user")).length).toBe(3);
  });

  it("does not take the beginning of a reply for what the prompt answers", async () => {
    const input = [user("List"), assistant("Sure:")];
    const { server } = await tell([
      chatSpan({ input, output: [assistant("- a")], attributes: conversation }),
    ]);
    expect(page(server, "shop:c")).toEqual(["user: List", "assistant: - a"]);
  });

  it("takes instructions beside the history, and in it, once for each text", async () => {
    const traceId = newTraceId();
    const instructions = [text("You are"), text("a shop.")];
    const spans = [
      chatSpan({
        traceId,
        start: 0,
        instructions,
        input: [user("a")],
        output: [assistant("A")],
        attributes: conversation,
      }),
      chatSpan({
        traceId,
        start: 10,
        instructions,
        input: [user("a"), assistant("A"), { role: "developer", parts: [text("Now sing.")] }, user("b")],
        output: [assistant("B")],
        attributes: conversation,
      }),
    ];
    const { server } = await tell(spans);
    expect(page(server, "shop:c")).toEqual([
      "system: You are\na shop.",
      "user: a",
      "assistant: A",
      "system: Now sing.",
      "user: b",
      "assistant: B",
    ]);
  });

  it("marks what a conversation cannot show, and never sends bytes", async () => {
    const parts = [
      text("See"),
      { type: "uri", modality: "image", uri: "https://h/cat.png" },
      { type: "uri", modality: "image", uri: "data:image/png;base64,QUJD" },
      { type: "blob", modality: "audio", content: "QUJD" },
      { type: "file", modality: "document", file_id: "file-1" },
      { type: "refusal", content: "no" },
    ];
    const { server } = await tell([
      chatSpan({ input: [{ role: "user", parts }], output: [assistant("ok")], attributes: conversation }),
    ]);
    expect(page(server, "shop:c")[0]).toBe(
      "user: See\n[uri] image https://h/cat.png\n[uri] image\n[blob] audio\n[file] document file-1\n[refusal] no",
    );
  });

  it("reads content that is an array, or stands on the details event", async () => {
    const details = {
      name: "gen_ai.client.inference.operation.details",
      attributes: {
        "gen_ai.input.messages": JSON.stringify([user("q")]),
        "gen_ai.output.messages": JSON.stringify([assistant("a")]),
      },
    };
    const { server } = await tell([chatSpan({ events: [details], attributes: conversation })]);
    expect(page(server, "shop:c")).toEqual(["user: q", "assistant: a"]);
    const structured = { "gen_ai.input.messages": [user("q")], "gen_ai.output.messages": [assistant("a")] };
    const other = await tell([chatSpan({ attributes: { ...conversation, ...(structured as object) } })]);
    expect(page(other.server, "shop:c")).toEqual(["user: q", "assistant: a"]);
  });

  it("reads the text of messages in a provider's own shape, and knows the history by them", async () => {
    const own = (role: string, text: string) => ({ role, content: [{ type: "text", text }] });
    const history = [{ role: "system", content: "Be brief." }, own("user", "one")];
    const spans = ["reply one", "reply two"].map((reply, turn) => {
      const input = [...history];
      history.push(own("assistant", reply), own("user", "two"));
      return chatSpan({
        start: turn * 10,
        input,
        output: [own("assistant", reply)],
        attributes: conversation,
      });
    });
    const { server } = await tell(spans);
    expect(page(server, "shop:c")).toEqual([
      "system: Be brief.",
      "user: one",
      "assistant: reply one",
      "user: two",
      "assistant: reply two",
    ]);
  });

  it("survives content that is no JSON", async () => {
    const broken = {
      ...conversation,
      "gen_ai.input.messages": '[{"role":"user","parts":[{"ty',
      "gen_ai.output.messages": "{",
    };
    const { server } = await tell([chatSpan({ attributes: broken })]);
    expect(page(server, "shop:c")).toEqual(["assistant: "]);
  });

  it("cuts long texts and says how much is gone", async () => {
    const span = chatSpan({
      input: [user("x".repeat(30))],
      output: [assistant("ok")],
      attributes: conversation,
    });
    const { server } = await tell([span], { maxContentChars: 10 });
    expect(page(server, "shop:c")[0]).toBe("user: xxxxxxxxxx…[truncated 20]");
  });

  it("cuts what has more than 100,000 characters, unless told otherwise", async () => {
    const longest = "x".repeat(100_000);
    const span = chatSpan({
      input: [user(longest)],
      output: [assistant(`${longest}x`)],
      attributes: conversation,
    });
    const { server } = await tell([span]);
    expect(page(server, "shop:c")).toEqual([`user: ${longest}`, `assistant: ${longest}…[truncated 1]`]);
  });

  it("cuts nothing that the server knows by its whole word, however short texts may be", async () => {
    const span = chatSpan({
      input: [user("hello")],
      output: [assistant("welcome")],
      attributes: conversation,
    });
    const { server } = await tell([span], { maxContentChars: 3 });
    expect(page(server, "shop:c")).toEqual(["user: hel…[truncated 2]", "assistant: wel…[truncated 4]"]);
  });
});

describe("what a reply carries", () => {
  const facts = {
    ...conversation,
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.finish_reasons": ["length"],
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.cache_read.input_tokens": 60,
    "gen_ai.usage.cache_write.input_tokens": 5,
    "gen_ai.usage.reasoning.output_tokens": 7,
  };
  const usage = {
    input_tokens: 100,
    output_tokens: 20,
    cache_read_tokens: 60,
    cache_read_input_tokens: 60,
    cache_creation_tokens: 5,
    cache_creation_input_tokens: 5,
    reasoning_tokens: 7,
  };
  const carried = { model: "gpt-4o-2024-08-06", tokenUsage: usage, stopReason: "max_tokens" };

  it("puts model, tokens, stop reason and thinking on the first text alone", async () => {
    const output = [assistant(reasoning("hm"), "A", call("1", "t")), assistant("B")];
    const { server } = await tell([chatSpan({ input: [user("q")], output, attributes: facts })]);
    const [, a, toolCall, b] = server.messages("shop:c");
    expect(a).toMatchObject({ ...carried, content: "A", thinkingContent: "hm" });
    for (const other of [toolCall, b]) {
      expect(other?.tokenUsage).toBeUndefined();
      expect(other?.model).toBeUndefined();
      expect(other?.thinkingContent).toBeUndefined();
    }
    expect(b?.content).toBe("B");
  });

  it("puts them on the first call when there is no text, and on an empty message when there is neither", async () => {
    const calls = [assistant(call("1", "a"), call("2", "b"))];
    const first = await tell([chatSpan({ input: [user("q")], output: calls, attributes: facts })]);
    const [, one, two] = first.server.messages("shop:c");
    expect(one).toMatchObject({ ...carried, toolCall: { id: "1" } });
    expect(two?.tokenUsage).toBeUndefined();
    const second = await tell([chatSpan({ input: [user("q")], output: [], attributes: facts })]);
    expect(second.server.messages("shop:c")[1]).toMatchObject({ ...carried, content: "", role: "assistant" });
  });

  it("does not lose them when the call was executed before the answer ended", async () => {
    const traceId = newTraceId();
    const { server } = await tell([
      toolSpan({ traceId, tool: "a", id: "1", start: 2, end: 3, result: "R", attributes: conversation }),
      chatSpan({
        traceId,
        end: 9,
        input: [user("q")],
        output: [assistant(call("1", "a"))],
        attributes: facts,
      }),
    ]);
    expect(page(server, "shop:c")).toEqual(
      ["user: q", "system: [Tool Call: a] {}", "system: [Tool Result] R", "assistant: "].map((line) =>
        line.replace("system: [Tool Call", "assistant: [Tool Call"),
      ),
    );
    expect(server.messages("shop:c")[3]).toMatchObject(carried);
  });

  it.each([
    ["stop", "end_turn"],
    ["tool_calls", "tool_use"],
    ["content_filter", "content_filter"],
  ])("calls the finish reason %s %s", async (reason, expected) => {
    const attributes = { ...conversation, "gen_ai.response.finish_reasons": [reason] };
    const { server } = await tell([chatSpan({ input: [user("q")], output: [assistant("a")], attributes })]);
    expect(server.messages("shop:c")[1]?.stopReason).toBe(expected);
  });

  it("reads the finish reason from the message when the span has none", async () => {
    const output = [{ ...assistant("a"), finish_reason: "length" }];
    const { server } = await tell([chatSpan({ input: [user("q")], output, attributes: conversation })]);
    expect(server.messages("shop:c")[1]?.stopReason).toBe("max_tokens");
  });

  it("tells reasoning in the reply, before it, or not at all", async () => {
    const span = () =>
      chatSpan({ input: [user("q")], output: [assistant(reasoning("hm"), "a")], attributes: conversation });
    const inline = await tell([span()]);
    expect(inline.server.messages("shop:c").map((m) => m.thinkingContent)).toEqual([undefined, "hm"]);
    const event = await tell([span()], { thinking: "event" });
    expect(event.server.messages("shop:c").map((m) => [m.type, m.content, m.thinkingContent])).toEqual([
      ["message", "q", undefined],
      ["thinking", "hm", "hm"],
      ["message", "a", undefined],
    ]);
    const off = await tell([span()], { thinking: "off" });
    expect(JSON.stringify(off.server.messages("shop:c"))).not.toContain("hm");
  });

  it("says where every event comes from", async () => {
    const span = chatSpan({ input: [user("q")], output: [assistant("a")], attributes: conversation });
    const { server } = await tell([span]);
    const { traceId, spanId } = span.spanContext();
    for (const { data } of server.sentEvents("shop:c")) {
      expect(data.otel).toEqual({ trace_id: traceId, span_id: spanId });
    }
  });
});

describe("failures", () => {
  it("tells the error after what came of the reply", async () => {
    const error = { type: "429", message: "slow down" };
    const spans = [
      chatSpan({ input: [user("q")], output: [assistant("half")], error, attributes: conversation }),
      chatSpan({ start: 10, input: [user("r")], error: { type: "timeout" }, attributes: conversation }),
    ];
    const { server } = await tell(spans);
    expect(page(server, "shop:c")).toEqual([
      "user: q",
      "assistant: half",
      "system: [Error: 429] slow down",
      "user: r",
      "system: [Error: timeout] ",
    ]);
    expect(server.messages("shop:c")[2]?.data.details).toEqual({
      operation: "chat",
      model: "gpt-4o",
      provider: "openai",
    });
  });

  it("reads the exception event when the span itself says little", async () => {
    const exception = {
      name: "exception",
      attributes: { "exception.type": "TypeError", "exception.message": "x is not y" },
    };
    const { server } = await tell([chatSpan({ error: {}, events: [exception], attributes: conversation })]);
    expect(page(server, "shop:c")).toEqual(["system: [Error: TypeError] x is not y"]);
  });

  it("does not repeat for the agent what a call below it told", async () => {
    const error = { type: "500", message: "boom" };
    const agent = agentSpan({ agent: "a", end: 9, error, attributes: conversation });
    const chat = chatSpan({ parent: agent, start: 1, end: 2, error, input: [user("q")] });
    const { server } = await tell([chat, agent]);
    expect(page(server, "shop:c")).toEqual(["user: q", "system: [Error: 500] boom"]);
    const other = agentSpan({
      agent: "a",
      end: 9,
      error: { type: "MaxTurns", message: "too many" },
      attributes: conversation,
    });
    const failed = await tell([chatSpan({ parent: other, start: 1, end: 2, error }), other]);
    expect(page(failed.server, "shop:c")).toEqual([
      "system: [Error: 500] boom",
      "system: [Error: MaxTurns] too many",
    ]);
  });
});

describe("calls that are seen twice", () => {
  it("ignores a wrapper around a client, by response id or because it is the parent", async () => {
    const traceId = newTraceId();
    const io = { input: [user("q")], output: [assistant("a")] };
    const wrapper = chatSpan({ traceId, end: 9, ...io, attributes: conversation });
    const inner = chatSpan({ traceId, parent: wrapper, start: 1, end: 8, ...io, attributes: conversation });
    const { server } = await tell([inner, wrapper]);
    expect(page(server, "shop:c")).toEqual(["user: q", "assistant: a"]);
    const ids = { ...conversation, "gen_ai.response.id": "r" };
    const between = makeSpan({ traceId, end: 9 });
    const first = chatSpan({ parent: between, start: 1, end: 8, ...io, attributes: ids });
    const outer = chatSpan({ traceId, end: 10, ...io, attributes: ids });
    const second = await tell([first, between, outer]);
    expect(page(second.server, "shop:c")).toEqual(["user: q", "assistant: a"]);
  });

  it("tells an agent that runs elsewhere by its own span", async () => {
    const attributes = {
      ...conversation,
      "gen_ai.input.messages": JSON.stringify([user("q")]),
      "gen_ai.output.messages": JSON.stringify([assistant("a")]),
      "gen_ai.usage.input_tokens": 3,
    };
    const hosted = await tell([agentSpan({ agent: "hosted", attributes })]);
    expect(page(hosted.server, "shop:c")).toEqual(["user: q", "assistant: a"]);
    const local = agentSpan({ agent: "local", end: 9, attributes });
    const chat = chatSpan({ parent: local, start: 1, end: 2, input: [user("q")], output: [assistant("a")] });
    const { server } = await tell([chat, local]);
    expect(page(server, "shop:c")).toEqual(["user: q", "assistant: a"]);
    expect(server.messages("shop:c").filter((m) => m.tokenUsage).length).toBe(0);
  });
});

describe("without content", () => {
  const facts = {
    ...conversation,
    "gen_ai.usage.input_tokens": 3,
    "gen_ai.response.finish_reasons": ["stop"],
  };

  it("tells that a reply came, with model and tokens, and the names of tools", async () => {
    const traceId = newTraceId();
    const { server } = await tell([
      chatSpan({ traceId, attributes: facts }),
      toolSpan({ traceId, tool: "search", id: "1", start: 2, attributes: conversation }),
      chatSpan({ traceId, start: 4, error: { type: "500", message: "boom" }, attributes: conversation }),
    ]);
    expect(page(server, "shop:c")).toEqual([
      "assistant: [content not captured]",
      "assistant: [Tool Call: search] {}",
      "system: [Tool Result] ",
      "system: [Error: 500] boom",
    ]);
    expect(server.messages("shop:c")[0]).toMatchObject({
      model: "gpt-4o",
      stopReason: "end_turn",
      tokenUsage: { input_tokens: 3 },
    });
  });

  it("drops captured content for this destination alone", async () => {
    const secret = "SECRET";
    const traceId = newTraceId();
    const spans = [
      chatSpan({
        traceId,
        input: [system(secret), user(secret)],
        output: [assistant(reasoning(secret), secret, call("1", "t", { secret }))],
        attributes: facts,
      }),
      toolSpan({
        traceId,
        tool: "t",
        id: "1",
        start: 2,
        args: { secret },
        result: secret,
        error: { type: "E", message: secret },
        attributes: conversation,
      }),
      chatSpan({
        traceId,
        start: 4,
        input: [toolMessage(response("1", secret))],
        error: { type: "E", message: secret },
        attributes: conversation,
      }),
    ];
    const { server } = await tell(spans, { includeContent: false, placeholder: "…" });
    expect(server.requests.map(({ body }) => body).join()).not.toContain(secret);
    expect(page(server, "shop:c")).toEqual([
      "assistant: …",
      "assistant: [Tool Call: t] {}",
      "system: [Tool Error] E",
      "system: [Error: E] ",
    ]);
  });
});

describe("exporting again", () => {
  const spans = () => {
    const agent = agentSpan({
      traceId: "a".repeat(32),
      spanId: "b".repeat(16),
      agent: "a",
      end: 99,
      attributes: conversation,
    });
    const chat = (n: number, input: unknown[], output: unknown[]) =>
      chatSpan({ parent: agent, spanId: `${n}`.repeat(16), start: n * 10, input, output });
    return [
      chat(1, [user("q")], [assistant(call("1", "t"))]),
      toolSpan({ parent: agent, spanId: "2".repeat(16), tool: "t", id: "1", start: 20, result: "R" }),
      chat(3, [user("q"), assistant(call("1", "t")), toolMessage(response("1", "R"))], [assistant("done")]),
      agent,
    ];
  };

  it("adds nothing, in this process or in the next", async () => {
    const { server, exporter } = await tell(spans());
    const before = page(server, "shop:c");
    expect(before.length).toBe(4);
    await exportSpans(exporter, spans());
    await exporter.shutdown();
    const again = exporterTo(server);
    await exportSpans(again, spans());
    await again.shutdown();
    expect(page(server, "shop:c")).toEqual(before);
  });

  it("adds nothing when a request was lost on the way back", async () => {
    const server = await startServer();
    server.failNext(1, { drop: "after" });
    const exporter = exporterTo(server);
    await exportSpans(exporter, spans());
    await exporter.forceFlush();
    expect(page(server, "shop:c").length).toBe(4);
  });
});
