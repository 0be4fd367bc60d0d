import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { OtlpCollector } from "../support/otlp-collector.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Runs the demo against its local provider, whatever keys this machine has. */
async function demo(env: Record<string, string>) {
  const { OPENAI_API_KEY, ANTHROPIC_API_KEY, ...rest } = process.env;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["scripts/demo.mjs", "quickstart"], {
    cwd: ROOT,
    env: { ...rest, ...env },
  });
  return { lines: stdout.split("\n"), stderr };
}

it("prints the trace of the demo and sends the same trace to a collector", async () => {
  const collector = await OtlpCollector.start();
  const { lines, stderr } = await demo({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  await collector.close();

  const first = lines.findIndex((line) => line.startsWith("trace "));
  expect(lines[first]).toMatch(/7 spans · .* · 2,688 tokens · \$0\.00\d+/);
  const [titles, ...tree] = lines.slice(first + 1, first + 9);
  expect(titles?.trim().split(/ {2,}/)).toEqual(["in", "cached", "out", "cost", "1st chunk", "time"]);
  expect(
    tree.map((line) => line.replaceAll(/(?:<1|\d+) ms|\d+\.\d+ s/g, "T").replaceAll(/ {2,}/g, "|")),
  ).toEqual([
    "plan a day|T",
    "├─ chat gpt-4.1-mini|17|5|$0.000015|T",
    "├─ chat gpt-4.1-mini|68|16|$0.000053|T|T",
    "├─ execute_tool get_weather|T",
    "├─ chat gpt-4.1-mini|96|13|$0.000059|T|T",
    expect.stringMatching(/^├─ chat claude-sonnet-4-6\|2,342\|2,318\|131\|\$0\.00\d+\|T$/),
    expect.stringMatching(/^└─ chat gpt-0\|T\|✗ 404 The model `gpt-0` does not exist/),
  ]);
  expect(stderr).toBe("");

  expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(
    new Set([lines[first]?.split(/\s+/)[1]]),
  );
  expect(collector.spans).toHaveLength(7);
});

it("tells how to see the trace in Jaeger", async () => {
  const { lines } = await demo({ OTEL_EXPORTER_OTLP_ENDPOINT: "" });
  expect(lines.some((line) => line.includes("http://localhost:16686"))).toBe(true);
});
