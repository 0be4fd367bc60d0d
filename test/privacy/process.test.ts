import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OtlpCollector } from "../support/otlp-collector.js";
import { message } from "../support/provider/anthropic-answers.js";
import { chunk, completion, streamedCompletion } from "../support/provider/openai-answers.js";
import { json, ProviderServer, type ReceivedRequest, type Reply } from "../support/provider-server.js";

const APP = fileURLToPath(new URL("./app.mjs", import.meta.url));
const KEY = "sk-proj-canary-key-0123456789";

let provider: ProviderServer;
let collector: OtlpCollector;
beforeAll(async () => {
  [provider, collector] = await Promise.all([ProviderServer.start(), OtlpCollector.start()]);
});
afterAll(() => Promise.all([provider.close(), collector.close()]));

describe("an unchanged application under the register hook", () => {
  it.each(["http/json", "http/protobuf"])(
    "sends no word of its content and no key over OTLP, %s",
    async (protocol) => {
      collector.reset();
      const printed = await runApp({
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_TRACES_EXPORTER: "otlp",
        OTEL_METRICS_EXPORTER: "otlp",
        OTEL_LOGS_EXPORTER: "otlp",
      });
      expect(new Set(collector.requests.map(({ path }) => path))).toEqual(
        new Set(["/v1/traces", "/v1/metrics", "/v1/logs"]),
      );
      expect(collector.spans).toHaveLength(9);
      expect(toText([collector.spans, collector.metrics, collector.logs, printed])).not.toContain("canary");
    },
  );

  it("prints no word of its content and no key on the console", async () => {
    const printed = await runApp({ OTEL_TRACES_EXPORTER: "console" });
    expect(printed).toContain("plain");
    expect(printed).not.toContain("canary");
  });

  it("prints no word of its content and no key in the most talkative diagnostics", async () => {
    const env = { OTEL_LOG_LEVEL: "all", OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    const printed = await runApp(env);
    expect(printed).toContain("@kit/");
    expect(printed).not.toContain("canary");
  });
});

async function runApp(env: Readonly<Record<string, string>>): Promise<string> {
  const url = provider.serve("/provider", reply);
  const { PATH = "" } = process.env;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--import", "@kit/register", APP], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    env: {
      PATH,
      OPENAI_API_KEY: KEY,
      ANTHROPIC_API_KEY: KEY,
      OPENAI_BASE_URL: url,
      ANTHROPIC_BASE_URL: url,
      ...env,
    },
    maxBuffer: 2 ** 28,
  });
  return stdout + stderr;
}

function toText(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "bigint" ? String(member) : member,
  );
}

function reply({ path, body }: ReceivedRequest): Reply {
  const { model, messages } = body as { model: string; messages: readonly { content: string }[] };
  if (model === "fail") {
    const error = { type: "bad", message: `Invalid: '${messages[0]?.content}', key ${KEY}` };
    return json({ error }, { status: 400 });
  }
  if (path.includes("/messages")) return message([{ type: "text", text: "canary-answer" }]);
  if (path.includes("/responses")) {
    const content = [{ type: "output_text", text: "canary-output", annotations: [] }];
    const output = [{ id: "msg_1", type: "message", role: "assistant", status: "completed", content }];
    return json({ id: "resp_1", object: "response", model, status: "completed", output });
  }
  if (model === "stream") return streamedCompletion(chunk({ content: "canary-chunk" }));
  if (model !== "tools" || messages.length > 1) return completion({ content: "canary-answer" });
  const call = {
    id: "call_1",
    type: "function",
    function: { name: "look", arguments: '{"at":"canary-arguments"}' },
  };
  return completion({ content: null, tool_calls: [call] }, "tool_calls");
}
