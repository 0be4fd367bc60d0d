import { expect } from "vitest";
import { itOnOtelLines } from "../support/otel-lines.js";
import { page, sessions } from "./exporter-harness.js";
import { startServer } from "./harness.js";

const PROGRAM = new URL("./otel-host.mjs", import.meta.url);

itOnOtelLines("tells a conversation", PROGRAM, async ({ line, major, processor, run }) => {
  const server = await startServer();
  const { collectorId, apiKey } = server.addCollector();
  await run({
    CATSYPHON_URL: server.url,
    CATSYPHON_COLLECTOR_ID: collectorId,
    CATSYPHON_API_KEY: apiKey,
    OTEL_SERVICE_NAME: "",
  });
  const [sessionId = ""] = sessions(server);
  expect(sessionId).toMatch(new RegExp(`:${line}-${processor}-${major}$`));
  expect(page(server, sessionId)).toEqual(["user: q", "assistant: a", "system: [Error: error] late"]);
  expect(server.conversation(sessionId)).toMatchObject({
    status: "completed",
    success: true,
    metadata: { agent_type: "boss" },
  });
});
