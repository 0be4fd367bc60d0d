import type { ReadableSpan } from "@kit/exporter-catsyphon";
import { describe, expect, it } from "vitest";
import {
  assistant,
  call,
  chatSpan,
  makeSpan,
  newTraceId,
  response,
  toolMessage,
  toolSpan,
  user,
} from "../support/catsyphon/spans.js";
import { page, tell } from "./exporter-harness.js";

const attributes = { "gen_ai.conversation.id": "c" };

/** A trace in which chats and tools follow each other. */
function story() {
  const traceId = newTraceId();
  let now = 0;
  const next = () => {
    now += 10;
    return { traceId, start: now, end: now + 5, attributes };
  };
  return {
    asks: (input: unknown[], ...output: unknown[]) =>
      chatSpan({ ...next(), input, output: [assistant(...output)] }),
    runs: (tool: string, more: Partial<Parameters<typeof toolSpan>[0]> = {}) =>
      toolSpan({ ...next(), tool, ...more, attributes }),
  };
}

const told = async (spans: ReadableSpan[]) => page((await tell(spans)).server, "shop:c");

describe("one call, one result", () => {
  it("joins the model's call, its execution and the answer in the next history", async () => {
    const { asks, runs } = story();
    const asked = assistant(call("1", "search", { q: "cat" }));
    const answered = toolMessage(response("1", { hits: 2 }));
    const spans = [
      asks([user("find")], call("1", "search", { q: "cat" })),
      runs("search", { id: "1", args: { q: "cat" }, result: { hits: 2 } }),
      asks([user("find"), asked, answered], "two"),
    ];
    const { server } = await tell(spans);
    expect(page(server, "shop:c")).toEqual([
      "user: find",
      'assistant: [Tool Call: search] {"q":"cat"}',
      'system: [Tool Result] {"hits":2}',
      "assistant: two",
    ]);
    const data = server.messages("shop:c").map((message) => message.data.tool_use_id);
    expect(data).toEqual([undefined, "1", "1", undefined]);
  });

  it("tells a call before its result where whole-millisecond clocks make the tool seem to end first", async () => {
    const traceId = newTraceId();
    const spans = [
      toolSpan({ traceId, start: 4, end: 4.1, tool: "t", id: "1", result: "R", attributes }),
      chatSpan({
        traceId,
        start: 0,
        end: 4.9,
        attributes,
        input: [user("q")],
        output: [assistant(call("1", "t", { a: 1 }))],
      }),
    ];
    expect(await told(spans)).toEqual([
      "user: q",
      'assistant: [Tool Call: t] {"a":1}',
      "system: [Tool Result] R",
    ]);
  });

  it("takes the answer from the history when nobody saw the execution, in either way of writing it", async () => {
    const inToolMessage = story();
    expect(
      await told([
        inToolMessage.asks([user("q")], call("1", "t")),
        inToolMessage.asks([user("q"), assistant(call("1", "t")), toolMessage(response("1", "R"))], "done"),
      ]),
    ).toEqual(["user: q", "assistant: [Tool Call: t] {}", "system: [Tool Result] R", "assistant: done"]);
    const inUserMessage = story();
    const mixed = { role: "user", parts: [response("1", "R"), { type: "text", content: "and?" }] };
    expect(
      await told([
        inUserMessage.asks([user("q")], call("1", "t")),
        inUserMessage.asks([user("q"), assistant(call("1", "t")), mixed], "done"),
      ]),
    ).toEqual([
      "user: q",
      "assistant: [Tool Call: t] {}",
      "system: [Tool Result] R",
      "user: and?",
      "assistant: done",
    ]);
  });

  it("tells a failed tool by its error, with what it returned", async () => {
    const { asks, runs } = story();
    const spans = [
      asks([user("q")], call("1", "t")),
      runs("t", { id: "1", result: "half", error: { type: "Timeout", message: "late" } }),
      asks([user("q")], call("2", "t")),
      runs("t", { id: "2", error: { type: "Timeout" } }),
    ];
    const { server } = await tell(spans);
    const results = server.messages("shop:c").filter(({ type }) => type === "tool_result");
    expect(results.map(({ content, data }) => [content, data.success, data.result])).toEqual([
      ["[Tool Error] late", false, "half"],
      ["[Tool Error] Timeout", false, ""],
    ]);
    expect(server.messages("shop:c").filter(({ type }) => type === "error")).toEqual([]);
  });

  it("numbers calls that use an id again", async () => {
    const { asks, runs } = story();
    const round = (result: string) => [asks([user("q")], call("1", "t")), runs("t", { id: "1", result })];
    const { server } = await tell([...round("a"), ...round("b"), ...round("c")]);
    const ids = server.messages("shop:c").flatMap(({ data }) => data.tool_use_id ?? []);
    expect(ids).toEqual(["1", "1", "1#2", "1#2", "1#3", "1#3"]);
    expect(page(server, "shop:c").filter((line) => line.includes("Result"))).toEqual(
      ["a", "b", "c"].map((result) => `system: [Tool Result] ${result}`),
    );
  });

  it("finds the call of an execution without id by its name, equal arguments first", async () => {
    const { asks, runs } = story();
    const { server } = await tell([
      asks([user("q")], call("1", "t", { n: 1 }), call("2", "t", { n: 2 }), call("3", "other")),
      runs("t", { args: { n: 2 }, result: "two" }),
      runs("t", { result: "one" }),
      runs("t", { result: "more" }),
    ]);
    const ids = server
      .messages("shop:c")
      .flatMap(({ type, data }) => (type === "tool_result" ? [[data.tool_use_id, data.result]] : []));
    expect(ids.slice(0, 2)).toEqual([
      ["2", "two"],
      ["1", "one"],
    ]);
    expect(ids[2]).toEqual([expect.stringMatching(/^span_[0-9a-f]{16}$/), "more"]);
    const calls = server.messages("shop:c").filter(({ type }) => type === "tool_call");
    expect(calls.map(({ toolCall }) => toolCall?.id)).toEqual(["1", "2", "3", ids[2]?.[0]]);
  });

  it("keeps calls apart that the model gives no id", async () => {
    const { asks, runs } = story();
    const two = [call(undefined, "t", { n: 1 }), call(undefined, "t", { n: 2 })];
    const lines = await told([
      asks([user("q")], ...two),
      runs("t", { args: { n: 1 }, result: "one" }),
      asks(
        [user("q"), assistant(...two), toolMessage(response(undefined, "one"), response(undefined, "two"))],
        "done",
      ),
    ]);
    expect(lines).toEqual([
      "user: q",
      'assistant: [Tool Call: t] {"n":1}',
      'assistant: [Tool Call: t] {"n":2}',
      "system: [Tool Result] one",
      "system: [Tool Result] one",
      "assistant: done",
    ]);
  });

  it("ignores the same execution seen by an inner layer", async () => {
    const { asks, runs } = story();
    for (const ids of [{ id: "1" }, {}]) {
      const asked = asks([user("q")], call("1", "t"));
      const outer = runs("t", { ...ids, result: "R" });
      const between = makeSpan({ parent: outer });
      const inner = toolSpan({ parent: between, tool: "t", ...ids, start: 21, end: 22, result: "raw" });
      const lines = await told([asked, inner, between, outer]);
      expect(lines.filter((line) => line.includes("Tool"))).toEqual([
        "assistant: [Tool Call: t] {}",
        "system: [Tool Result] R",
      ]);
    }
  });

  it("tells a tool of another name inside a tool", async () => {
    const { runs } = story();
    const outer = runs("outer", { id: "1", result: "R" });
    const inner = toolSpan({ parent: outer, tool: "inner", start: 11, end: 12, result: "r" });
    const lines = await told([inner, outer]);
    expect(lines.filter((line) => line.includes("Call")).length).toBe(2);
  });

  it("wraps arguments that are no object, and keeps text results as they are", async () => {
    const { asks, runs } = story();
    const { server } = await tell([
      asks([user("q")], call("1", "a", "ls -l"), call("2", "b", '{"x":1}'), call("3", "c", [1])),
      runs("a", { id: "1", result: '"quoted"' }),
      runs("b", { id: "2", result: '{"y":2}' }),
    ]);
    const { toolCalls, results } = Object.fromEntries([
      ["toolCalls", server.messages("shop:c").flatMap((m) => m.toolCall?.parameters ?? [])],
      [
        "results",
        server.messages("shop:c").flatMap((m) => (m.type === "tool_result" ? [m.data.result] : [])),
      ],
    ]);
    expect(toolCalls).toEqual([{ value: "ls -l" }, { x: 1 }, { value: [1] }]);
    expect(results).toEqual(["quoted", '{"y":2}']);
  });

  it("tells parallel tools in the order of their ends, each with its result", async () => {
    const traceId = newTraceId();
    const at = (start: number, end: number) => ({ traceId, start, end, attributes });
    const { server } = await tell([
      chatSpan({ ...at(0, 10), input: [user("q")], output: [assistant(call("1", "a"), call("2", "b"))] }),
      toolSpan({ ...at(11, 30), tool: "a", id: "1", result: "A" }),
      toolSpan({ ...at(11, 20), tool: "b", id: "2", result: "B" }),
    ]);
    expect(page(server, "shop:c")).toEqual([
      "user: q",
      "assistant: [Tool Call: a] {}",
      "assistant: [Tool Call: b] {}",
      "system: [Tool Result] B",
      "system: [Tool Result] A",
    ]);
    const times = server.messages("shop:c").map(({ timestamp }) => timestamp);
    expect(new Set(times).size).toBe(times.length);
  });
});
