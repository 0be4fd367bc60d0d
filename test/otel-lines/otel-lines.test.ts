import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { SpanContext } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkConformance, type Recorded } from "../support/conformance.js";
import { findNode } from "../support/nodes.js";
import { completion, refusal, streamedCompletion } from "../support/provider/openai-answers.js";
import { ProviderServer, type ReceivedRequest, type Reply } from "../support/provider-server.js";

const HOST = fileURLToPath(new URL("./host.mjs", import.meta.url));
const NODE_24 = findNode(24);

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

const REGISTER = ["--import", "@kit/register"];
const ONE_API = ["--import", fileURLToPath(new URL("./one-api.mjs", import.meta.url))];

describe("an application on OpenTelemetry 2.x", () => {
  it("gets spans, metrics and events through its global providers", async () => {
    await expectComplete(await runHost({ line: "2" }));
  });

  it("gets them when the register hook ran before its set-up", async () => {
    await expectComplete(await runHost({ line: "2", flags: REGISTER }));
  });
});

describe("an application on OpenTelemetry 3.x", () => {
  if (NODE_24 === undefined) {
    it.skip("Node 24 cannot be installed here, and OpenTelemetry 3.x needs Node 22.15 or newer", () => {});
    return;
  }
  const node = NODE_24;

  it("gets spans, metrics and events when the kit has an older copy of the API", async () => {
    await expectComplete(await runHost({ node, line: "3" }));
  });

  it("gets spans, metrics and events when all share its copy of the API", async () => {
    await expectComplete(await runHost({ node, line: "3", flags: ONE_API }));
  });

  it("gets them when the register hook ran before its set-up, with an older copy of the API", async () => {
    await expectComplete(await runHost({ node, line: "3", flags: REGISTER }));
  });

  it("gets them when the register hook ran before its set-up, with its copy of the API", async () => {
    await expectComplete(await runHost({ node, line: "3", flags: [...ONE_API, ...REGISTER] }));
  });
});

async function expectComplete(recorded: Recorded): Promise<void> {
  const app = recorded.spans.find(({ name }) => name === "app");
  const names = recorded.spans.map(({ name }) => name);
  expect(names.sort()).toEqual([
    "app",
    "chat fail",
    "chat plain",
    "chat stream",
    "chat tools",
    "chat tools",
    "execute_tool look",
  ]);
  for (const span of recorded.spans.filter(({ name }) => name !== "app")) {
    expect(span.parentSpanContext?.traceId).toBe(app?.spanContext().traceId);
  }
  expect(checkConformance(recorded)).toEqual([]);
  expect(recorded.logs.map(({ eventName }) => eventName)).toContain(
    "gen_ai.client.inference.operation.details",
  );
  expect(
    recorded.metrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name)),
  ).toContain("gen_ai.client.inference.duration");
}

interface Host {
  readonly line: "2" | "3";
  readonly node?: string;
  readonly flags?: readonly string[];
}

async function runHost({ line, node = process.execPath, flags = [] }: Host): Promise<Recorded> {
  const baseURL = provider.serve("/openai", reply);
  const instrumented = flags.includes("@kit/register") ? "registered" : "by hand";
  const { stdout } = await promisify(execFile)(node, [...flags, HOST, line, baseURL, instrumented], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    maxBuffer: 2 ** 26,
  });
  const { spans, ...rest } = JSON.parse(stdout) as Omit<Recorded, "spans"> & {
    readonly spans: readonly (Omit<ReadableSpan, "spanContext"> & { readonly context: SpanContext })[];
  };
  return {
    ...rest,
    spans: spans.map((span) => ({ ...span, spanContext: () => span.context }) as ReadableSpan),
  };
}

function reply({ body }: ReceivedRequest): Reply {
  const { model, messages } = body as { model: string; messages: readonly object[] };
  if (model === "fail") return refusal(404, "model_not_found");
  if (model === "stream") return streamedCompletion();
  if (model !== "tools" || messages.length > 1) return completion();
  const call = { id: "call_1", type: "function", function: { name: "look", arguments: "{}" } };
  return completion({ content: null, tool_calls: [call] }, "tool_calls");
}
