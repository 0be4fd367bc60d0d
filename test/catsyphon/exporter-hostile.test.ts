import { expect, it } from "vitest";
import { hostileSpans } from "../support/catsyphon/hostile.js";
import { exporterTo, exportSpans } from "./exporter-harness.js";
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
