import { expect, it, onTestFinished } from "vitest";
import { CLOSED_PORT } from "../../../../test/support/free-port.js";
import { LoopbackServer } from "../../../../test/support/loopback-server.js";
import { createLog } from "../log.js";
import { OtlpExporter } from "./exporter.js";

/** An exporter of texts, by default to where nobody listens, and what is said of it. */
function start(url = `http://127.0.0.1:${CLOSED_PORT}/`) {
  const lines: string[] = [];
  const settings = {
    url,
    headers: {},
    compression: "none",
    protocol: "http/json",
    tls: {},
    timeoutMs: 10_000,
  } as const;
  const load = () => ({
    serializeRequest: (text: string) => (text === "" ? undefined : Buffer.from(text)),
    deserializeResponse: () => ({}),
  });
  const log = createLog(undefined, false, (line) => lines.push(line));
  const exporter = new OtlpExporter<string>("traces", settings, { load, divide: (batch) => [batch] }, log);
  return { exporter, lines };
}

it.each([
  ["tries at the exit what was under way", "a batch", 1],
  ["tries nothing at the exit for a batch that no request can be made of", "", 0],
])("%s", (_, batch, complaints) => {
  const { exporter, lines } = start();
  exporter.export(batch, () => {});
  exporter.postLeftovers(5_000);
  exporter.hurry();
  expect(lines.length).toBe(complaints);
});

it("retries again when the process survives what looked like its end, as with Ctrl+C in an interactive program", async () => {
  const statuses: number[] = [];
  const server = new LoopbackServer((request, response) => {
    statuses.push(statuses.length === 0 ? 503 : 200);
    request.resume().on("end", () => response.writeHead(statuses.at(-1) ?? 0, { "retry-after": "0" }).end());
  });
  await server.listen();
  onTestFinished(() => server.close());
  const { exporter, lines } = start(server.url);
  exporter.hurry();
  exporter.abort();
  exporter.export("a batch", () => {});
  await exporter.shutdown();
  expect(statuses).toEqual([503, 200]);
  expect(lines).toEqual([]);
});
