import { expect } from "vitest";
import { itOnOtelLines } from "../support/otel-lines.js";
import { startServer } from "./harness.js";

const PROGRAM = new URL("./otel-host.mjs", import.meta.url);

itOnOtelLines("tells a session", PROGRAM, async ({ run }) => {
  const fake = await startServer();
  const printed = await run({ AGENTPULSE_ENDPOINT: fake.url, AGENTPULSE_API_KEY: fake.key });
  const { traceId, spanId, parentId } = JSON.parse(printed);
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
});
