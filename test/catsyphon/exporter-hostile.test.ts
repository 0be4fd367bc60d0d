import { expect, it } from "vitest";
import { hostileSpans } from "../support/catsyphon/hostile.js";
import { chatSpan, user } from "../support/catsyphon/spans.js";
import { exporterTo, exportSpans, page } from "./exporter-harness.js";
import { startServer } from "./harness.js";

it("sends nothing that the server refuses, whatever stands on the spans", async () => {
  const server = await startServer();
  const answers: number[] = [];
  const watched: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    answers.push(answer.status);
    return answer;
  };
  const exporter = exporterTo(server, { fetch: watched });
  const spans = hostileSpans(1_000, 1);
  for (let n = 0; n < spans.length; n += 100)
    expect(await exportSpans(exporter, spans.slice(n, n + 100))).toBe(0);
  await exporter.shutdown();
  expect(answers.length).toBeGreaterThan(100);
  expect(answers.filter((status) => status !== 202)).toEqual([]);
  expect(exporter.droppedEvents).toBe(0);
});

it.each([
  [
    "whose attributes throw",
    {
      get attributes(): never {
        throw new Error("no attributes");
      },
    },
  ],
  ["without times", { startTime: undefined, endTime: undefined }],
  ["without a context", { spanContext: () => undefined }],
])("drops and counts a span %s, and sends the others", async (_, broken) => {
  const server = await startServer();
  const exporter = exporterTo(server, { queueMode: "sync" });
  const attributes = { "gen_ai.conversation.id": "c" };
  const [before, span, after] = ["before", "broken", "after"].map((word, n) =>
    chatSpan({ start: n * 10, input: [user(word)], attributes }),
  );
  const unreadable = Object.defineProperties({ ...span }, Object.getOwnPropertyDescriptors(broken));
  exporter.onSpanStart(unreadable as typeof before & object);
  await exportSpans(exporter, [before, unreadable, after] as (typeof before & object)[]);
  expect(page(server, "shop:c").filter((line) => line.startsWith("user"))).toEqual([
    "user: before",
    "user: after",
  ]);
  expect(exporter.droppedEvents).toBe(1);
});
