import { createRequire } from "node:module";
import type Anthropic from "@anthropic-ai/sdk";
import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { message, streamedMessage } from "../support/provider/anthropic-answers.js";
import { json } from "../support/provider-server.js";
import { run } from "./anthropic-run.js";

const ask = {
  model: "claude-test",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "Say hi" }],
};
const call = [{ type: "tool_use", id: "toolu_1", name: "look", input: { at: "Rome" } }];

type Ways = Readonly<Record<string, (client: Anthropic) => Promise<unknown>>>;
const WAYS: Ways = {
  "messages.create": (client) => client.messages.create(ask),
  "messages.create, streamed": async (client) => {
    for await (const _ of await client.messages.create({ ...ask, stream: true }));
  },
  "messages.stream": (client) => client.messages.stream(ask).finalMessage(),
  "beta.messages.create": (client) => client.beta.messages.create(ask),
  "beta.messages.stream": (client) => client.beta.messages.stream(ask).finalMessage(),
};
const isStreamed = (way: string) => way.includes("stream");

// These versions make spans of their own as soon as a tracer provider is registered globally.
describe.each(["matrix/anthropic-0.134", "matrix/anthropic-1"])(
  "%s with a global tracer provider",
  (folder) => {
    const answer = (way: string) => (isStreamed(way) ? streamedMessage() : message());

    it.each(Object.entries(WAYS))(
      "%s is one span, ours in name, attributes and metrics",
      async (way, app) => {
        const { onlySpan } = await run(answer(way), app, { folder, global: true });
        expect(onlySpan().name).toBe("chat claude-test");
        expect(onlySpan().attributes).toMatchObject({
          "gen_ai.usage.input_tokens": 9,
          "gen_ai.usage.output_tokens": 3,
        });
      },
    );

    it.each(Object.entries(WAYS))("%s is one span of the SDK alone when asked for", async (way, app) => {
      const { spans, metrics, logs } = await run(answer(way), app, {
        folder,
        global: true,
        config: { nativeTelemetry: "native" },
        events: false,
        metrics: false,
        except: NOT_JUDGED,
      });
      expect(spans.map(({ instrumentationScope }) => instrumentationScope.name)).toEqual([
        expect.not.stringMatching(/^@kit/),
      ]);
      // Metrics and events stay ours: the SDK has none.
      expect(metrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name))).toContain(
        "gen_ai.client.inference.duration",
      );
      expect(logs.map(({ eventName }) => eventName)).toEqual(["gen_ai.client.inference.operation.details"]);
    });

    it("has both spans when asked for", async () => {
      const { spans } = await run(message(), WAYS["messages.create"] as never, {
        folder,
        global: true,
        config: { nativeTelemetry: "both" },
        metrics: false,
        events: false,
        except: NOT_JUDGED,
      });
      expect(spans).toHaveLength(2);
    });

    it("has one chat span for each turn of the tool runner, and one for the tool", async () => {
      const require = createRequire(new URL(`../../${folder}/package.json`, import.meta.url));
      const { betaTool } =
        require("@anthropic-ai/sdk/helpers/beta/json-schema") as typeof import("@anthropic-ai/sdk/helpers/beta/json-schema");
      const look = betaTool({
        name: "look",
        description: "Looks.",
        inputSchema: { type: "object" },
        run: () => "seen",
      });
      const { spans } = await run(
        [message(call, "tool_use"), message()],
        async (client) => client.beta.messages.toolRunner({ ...ask, tools: [look] }),
        { folder, global: true },
      );
      const names = spans.map(({ name }) => name).filter((name) => !name.startsWith("invoke_agent"));
      expect(names.sort()).toEqual(["chat claude-test", "chat claude-test", "execute_tool look"]);
    });

    it("tells of a refused call once, with its status", async () => {
      const refused = json(
        { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
        { status: 529 },
      );
      const { onlySpan } = await run(refused, (client) => client.messages.create(ask).catch(() => {}), {
        folder,
        global: true,
      });
      expect(onlySpan().status.code).toBe(SpanStatusCode.ERROR);
      expect(onlySpan().attributes["error.type"]).toBe("529");
    });

    it("makes no GenAI span for counting tokens but ours", async () => {
      const { spans } = await run(
        json({ input_tokens: 7 }),
        (client) => client.messages.countTokens({ model: ask.model, messages: ask.messages }),
        {
          folder,
          global: true,
        },
      );
      expect(spans.map(({ name }) => name)).toEqual(["count_tokens claude-test"]);
    });
  },
);

/** The SDK's own spans follow other rules; they are asked for as they are. */
const NOT_JUDGED = [
  "status_ok",
  // An event of ours knows no span of the SDK's.
  "wrong_event_shape",
  "wrong_name",
  "wrong_schema_url",
  "unknown_attribute",
  "attribute_not_of_span_type",
  "forbidden_attribute",
  "missing_expected",
  "missing_required",
  "missing_conditional",
  "not_at_creation",
  "wrong_type",
  "token_subsets",
  "exception_on_span",
  "unknown_operation",
] as const;
