import { expect, it } from "vitest";
import { createPaint } from "./paint.js";
import { renderTrace } from "./render.js";
import { type SpanFacts, spanOf } from "./span.fixture.js";

const PLAIN = createPaint({}, {});
const render = (spans: readonly SpanFacts[], width = 120) =>
  renderTrace(spans.map(spanOf), { paint: PLAIN, width }).split("\n");

const usage = (input: number, output: number, cost?: number, cached?: number) => ({
  "gen_ai.usage.input_tokens": input,
  "gen_ai.usage.output_tokens": output,
  ...(cost == null ? {} : { "kit.cost.usd": cost }),
  ...(cached == null ? {} : { "gen_ai.usage.cache_read.input_tokens": cached }),
});

it("shows one line a span, children below their parents in the order in which they began", () => {
  expect(
    render([
      { name: "second", id: "3", parent: "1", startMs: 50 },
      { name: "grandchild", id: "4", parent: "2" },
      { name: "first", id: "2", parent: "1", startMs: 10 },
      { name: "root", id: "1", ms: 200 },
    ]),
  ).toEqual([
    "trace 0af7651916cd43dd8448eb211c80319c  4 spans · 200 ms",
    "root              200 ms",
    "├─ first          100 ms",
    "│  └─ grandchild  100 ms",
    "└─ second         100 ms",
    "",
  ]);
});

it("shows a trace that is thousands of spans deep, without indenting each more than the last", () => {
  const chain = Array.from({ length: 9_000 }, (_, n) => ({
    name: `step ${n}`,
    id: String(n + 1),
    ...(n > 0 && { parent: String(n) }),
    attributes: n === 8_999 ? usage(10, 1, 0.1) : {},
  }));
  const [heading, , ...lines] = render(chain, 200);
  expect(heading).toContain("9,000 spans · 100 ms · 11 tokens · $0.10");
  expect(lines.length).toBe(9_001);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(300);
  expect(lines.at(-2)).toMatch(/^ +└─ step 8999 /);
});

it("sets tokens, cache, cost and first chunk in columns, and only those that some span fills", () => {
  expect(
    render([
      {
        name: "chat gpt-4.1",
        id: "1",
        ms: 1200,
        attributes: { ...usage(1204, 182, 0.000412, 1024), "gen_ai.response.time_to_first_chunk": 0.312 },
      },
    ]).slice(1, 3),
  ).toEqual([
    "                     in  cached  out      cost  1st chunk    time",
    "chat gpt-4.1      1,204   1,024  182  $0.00041     312 ms  1.20 s",
  ]);
  expect(
    render([{ name: "chat gpt-4.1", id: "1", attributes: usage(0, 0) }])[1]
      ?.trim()
      .split(/ +/),
  ).toEqual(["in", "out", "time"]);
});

it("adds up tokens and costs of the calls, not of the agent that repeats them", () => {
  const [heading] = render([
    { name: "agent", id: "1", ms: 300, attributes: usage(30, 3, 0.3) },
    { name: "chat a", id: "2", parent: "1", attributes: usage(10, 1, 0.1) },
    { name: "chat b", id: "3", parent: "1", attributes: usage(20, 2, 0.2) },
  ]);
  expect(heading).toBe("trace 0af7651916cd43dd8448eb211c80319c  3 spans · 300 ms · 33 tokens · $0.30");
});

it("names the model of spans whose name leaves it out", () => {
  expect(
    render([{ name: "messages", id: "1", attributes: { "gen_ai.request.model": "claude" } }])[1],
  ).toContain("messages claude");
  expect(
    render([{ name: "chat gpt-4", id: "1", attributes: { "gen_ai.request.model": "gpt-4" } }])[1],
  ).not.toContain("gpt-4 gpt-4");
});

it("shows an error in one line, its type once", () => {
  const error = (message: string, type: string) =>
    render([{ name: "chat", id: "1", error: message, attributes: { "error.type": type } }])[1]?.split(
      "✗ ",
    )[1];
  expect(error("429 Too many\n  requests", "429")).toBe("429 Too many requests");
  expect(error("connection lost", "ECONNRESET")).toBe("ECONNRESET connection lost");
  expect(render([{ name: "GET", id: "1", error: "" }])[1]).toMatch(/✗ error$/);
});

it("tells how a call ended that neither completed nor failed", () => {
  const remark = (outcome: string) =>
    render([{ name: "chat", id: "1", attributes: { "kit.outcome": outcome } }])[1];
  expect(remark("cancelled")).toMatch(/ {2}cancelled$/);
  expect(remark("completed")).toMatch(/ms$/);
});

it("cuts names, not figures, to the width", () => {
  const lines = render([{ name: "n".repeat(200), id: "1", attributes: usage(1, 1) }], 60);
  expect(lines[2]).toMatch(/^n+… +1 +1 +100 ms$/);
  expect(lines[2]?.length).toBeLessThanOrEqual(60);
});

it("lets long names give way to an error, so that its line does not wrap", () => {
  const lines = render([
    { name: `GET ${"/path".repeat(12)}`, id: "1", attributes: usage(1, 1, 0.1) },
    { name: "build", id: "2", parent: "1", error: "CHANGELOG.md has no entry for 1.4.0" },
  ]);
  expect(lines[3]).toMatch(/ms {2}✗ .*CHANGELOG\.md has no entry for 1\.4\.0$/);
  expect(Math.max(...lines.slice(1).map(({ length }) => length))).toBeLessThanOrEqual(120);
});

it("keeps names readable beside an error where the terminal is narrow", () => {
  const spans = [{ name: "chat gpt-4.1-mini-2025-04-14", id: "1", error: "The model does not exist" }];
  expect(render(spans, 60)[1]).toContain("chat gpt-4.1-mini-2025-04-14");
});

it("colours for a terminal unless told not to", () => {
  expect(createPaint({ isTTY: true }, {})("red", "x")).toBe("\u001b[31mx\u001b[39m");
  expect(createPaint({ isTTY: true }, { NO_COLOR: "1" })("red", "x")).toBe("x");
  expect(createPaint({ isTTY: false }, {})("red", "x")).toBe("x");
  expect(createPaint({ isTTY: false }, { FORCE_COLOR: "1" })("red", "x")).toBe("\u001b[31mx\u001b[39m");
});

it("keeps a line a line, and from the terminal what it would take for commands", () => {
  const named = { name: "execute_tool \u001b[31m\u001b]0;title\u0007red\r\nline\u0000", id: "1" };
  expect(render([{ ...named, error: "no\u001b[2J\tway\u009b1A" }])).toEqual([
    "trace 0af7651916cd43dd8448eb211c80319c  1 span · 100 ms",
    "execute_tool red line  100 ms  ✗ no way",
    "",
  ]);
});

it("counts the cells of characters that take two, and of those that take none", () => {
  expect(
    render([
      { name: "会議の要約 🎉", id: "1" },
      { name: "e\u0301te\u0301", id: "2", parent: "1" },
    ]).slice(1, -1),
  ).toEqual(["会議の要約 🎉     100 ms", `└─ e\u0301te\u0301            100 ms`]);
  expect(render([{ name: "会議の要約と次の予定", id: "1" }], 28)[1]).toBe("会議の要約と次の…   100 ms");
});
