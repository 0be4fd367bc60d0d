import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { findNode } from "../support/nodes.js";
import { page, sessions } from "./exporter-harness.js";
import { startServer } from "./harness.js";

const HOST = fileURLToPath(new URL("./otel-host.mjs", import.meta.url));

/** OpenTelemetry 3.x needs Node 22.15 or newer. */
const cases = [
  [2, 20],
  [2, 22],
  [2, 24],
  [3, 24],
] as const;

for (const [line, major] of cases) {
  const node = findNode(major);
  if (node === undefined)
    it.skip(`Node ${major} cannot be installed here, for OpenTelemetry ${line}.x`, () => {});
  else {
    it.each(["ours", "batch"])(
      `tells a conversation on OpenTelemetry ${line}.x and Node ${major}, processor: %s`,
      async (kind) => {
        const server = await startServer();
        const { collectorId, apiKey } = server.addCollector();
        const env = {
          ...process.env,
          CATSYPHON_URL: server.url,
          CATSYPHON_COLLECTOR_ID: collectorId,
          CATSYPHON_API_KEY: apiKey,
          OTEL_SERVICE_NAME: "",
        };
        await promisify(execFile)(node, [HOST, `${line}`, kind], { env });
        const [sessionId = ""] = sessions(server);
        expect(sessionId).toMatch(new RegExp(`:${line}-${kind}-${major}$`));
        expect(page(server, sessionId)).toEqual(["user: q", "assistant: a", "system: [Error: error] late"]);
        expect(server.conversation(sessionId)).toMatchObject({
          status: "completed",
          success: true,
          metadata: { agent_type: "boss" },
        });
      },
    );
  }
}
