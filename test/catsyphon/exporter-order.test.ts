import type { Attributes } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { FakeCatSyphon } from "../support/catsyphon/server.js";
import { agentSpan, chatSpan, makeSpan, user } from "../support/catsyphon/spans.js";
import { tell } from "./exporter-harness.js";

// An SDK cuts the start of a span to whole milliseconds and measures its length exactly, so that a span seems to end up to
// a millisecond too early: often before the last of its children. Here the agents start at 0.9 and end at 9.5.
const times = { start: 0, end: 8.6 };
const usage: Attributes = { "gen_ai.usage.input_tokens": 5 };
const error = { type: "Error", message: "boom" };

/** Types of the events of all sessions, in the order in which they were sent. */
const types = (server: FakeCatSyphon) =>
  server.requests.flatMap(({ body }) => JSON.parse(body).events.map(({ type }: { type: string }) => type));

describe("an agent that seems to end before what it called", () => {
  it("repeats neither the tokens nor the error of its model call, and ends its session after them", async () => {
    const agent = agentSpan({ ...times, agent: "a", error, attributes: usage });
    const call = { parent: agent, start: 1, end: 9.4, error, attributes: usage, input: [user("q")] };
    const expected = ["session_start", "message", "message", "error", "session_end"];
    for (const step of [[], [makeSpan({ parent: agent, start: 0, end: 9 })]]) {
      const chat = chatSpan({ ...call, parent: step[0] ?? agent });
      const { server } = await tell([chat, ...step, agent]);
      expect(types(server)).toEqual(expected);
      const times = server.requests.flatMap(({ body }) =>
        JSON.parse(body).events.map(({ emitted_at }: { emitted_at: string }) => emitted_at),
      );
      expect(times).toEqual([...times].sort());
    }
  });

  it("says what it says itself after all that is below it, whatever its depth", async () => {
    const error = { type: "Error", message: "of its own" };
    const outer = agentSpan({ ...times, agent: "a", error });
    const inner = makeSpan({ parent: outer, start: 0, end: 8.7 });
    const chats = [1, 2].map((start) => chatSpan({ parent: inner, start, end: 9.3 + start / 100 }));
    const { server } = await tell([...chats, inner, outer]);
    expect(types(server)).toEqual(["session_start", "message", "message", "error", "session_end"]);
  });
});
