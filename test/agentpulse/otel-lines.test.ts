import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { findNode } from "../support/nodes.js";
import { startServer } from "./harness.js";

const HOST = fileURLToPath(new URL("./otel-host.mjs", import.meta.url));

/** OpenTelemetry 3.x needs Node 22.15 or newer. */
const cases = [
  [2, 20],
  [2, 22],
  [2, 24],
  [3, 22],
  [3, 24],
] as const;

for (const [line, major] of cases) {
  const node = findNode(major);
  if (node === undefined) {
    it.skip(`Node ${major} cannot be installed here, for OpenTelemetry ${line}.x`, () => {});
    continue;
  }
  it.each(["ours", "batch"])(
    `tells a session on OpenTelemetry ${line}.x and Node ${major}, processor: %s`,
    async (kind) => {
      const fake = await startServer();
      const env = { ...process.env, AGENTPULSE_ENDPOINT: fake.url, AGENTPULSE_API_KEY: fake.key };
      const { stdout } = await promisify(execFile)(node, [HOST, `${line}`, kind], { env });
      const { traceId, spanId, parentId } = JSON.parse(stdout);
      expect(fake.ofKind("cost")).toMatchObject([
        {
          session: "s",
          span_id: spanId,
          parent_span_id: parentId,
          data: {
            trace_id: traceId,
            span_id: spanId,
            parent_span_id: parentId,
            model: "gpt-4o",
            tokens: 2000,
            cost_usd: 0.0125,
            status: "error",
            error: "late",
          },
        },
      ]);
      expect(await fake.sessions()).toMatchObject([{ session_key: "s", label: "s", cost: 0.0125 }]);
    },
  );
}
