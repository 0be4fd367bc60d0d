import { expect, it } from "vitest";
import { CLOSED_PORT } from "../../../../test/support/free-port.js";
import { createLog } from "../log.js";
import { OtlpExporter } from "./exporter.js";

/** An exporter of texts to where nobody listens, and what is said of it. */
function start() {
  const lines: string[] = [];
  const settings = {
    url: `http://127.0.0.1:${CLOSED_PORT}/`,
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
