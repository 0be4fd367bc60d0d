import type Anthropic from "@anthropic-ai/sdk";
import { describe, readAll, settled, shape } from "../observe.js";
import { json, sse } from "../provider.js";
import {
  failure,
  message,
  messageOf,
  messageParams,
  THINKING_STREAM,
  toolStream,
  toolUse,
} from "./bodies.js";
import type { AnthropicApp, AnthropicScenario } from "./scenario.js";

const canParse = ({ client }: AnthropicApp) => typeof client.messages.parse === "function";

/** What messages of Anthropic have and chat calls of other providers have not. */
export const messages: readonly AnthropicScenario[] = [
  {
    name: "gets thinking, redacted thinking, server tools and citations",
    spans: ["chat completed"],
    async run({ client, provider }) {
      const content = [
        { type: "thinking", thinking: "Let me think.", signature: "c2ln" },
        { type: "redacted_thinking", data: "ZW5j" },
        { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "x" } },
        { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] },
        {
          type: "text",
          text: "Found.",
          citations: [{ type: "char_location", cited_text: "x", document_index: 0 }],
        },
        toolUse("weather", { city: "Oslo" }),
        { type: "something_new", value: 1 },
      ];
      provider.script(json(messageOf(content, { stop_reason: "pause_turn" })));
      return describe(await client.messages.create(messageParams()));
    },
  },
  {
    name: "streams thinking and a tool call",
    spans: ["chat completed", "chat completed"],
    async run({ client, provider }) {
      provider.script(sse(THINKING_STREAM), sse(toolStream("weather", '{"city":"Oslo"}')));
      const seen: unknown[] = [];
      for (let call = 0; call < 2; call += 1) {
        seen.push(await readAll(await client.messages.create({ ...messageParams(), stream: true })));
      }
      return seen;
    },
  },
  {
    name: "sends tools, cached blocks, images and earlier results",
    spans: ["chat completed"],
    async run({ client }) {
      const content = [
        { type: "text", text: "Look", cache_control: { type: "ephemeral" } },
        { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
      ];
      const turns = [
        { role: "user", content },
        { role: "assistant", content: [toolUse("weather", { city: "Oslo" })] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "7 degrees" }] },
      ];
      const tools = [{ name: "weather", description: "d", input_schema: { type: "object", properties: {} } }];
      const params = {
        ...messageParams(),
        system: [{ type: "text", text: "Be brief." }],
        messages: turns,
        tools,
      };
      const frozen = JSON.parse(JSON.stringify(params)) as typeof params;
      const value = describe(
        await client.messages.create(params as unknown as Anthropic.MessageCreateParamsNonStreaming),
      );
      return [value, JSON.stringify(params) === JSON.stringify(frozen)];
    },
  },
  {
    name: "is overloaded, as a status and in the middle of a stream",
    spans: ["chat error", "chat error"],
    async run({ client, provider }) {
      const overloaded = failure("overloaded_error");
      provider.script(
        json(overloaded, 529),
        sse([...THINKING_STREAM.slice(0, 3), `event: error\ndata: ${JSON.stringify(overloaded)}\n\n`]),
      );
      const refused = await settled(client.messages.create(messageParams()));
      return [
        refused,
        await settled(client.messages.create({ ...messageParams(), stream: true }).then(readAll)),
      ];
    },
  },
  {
    name: "creates a beta message, plain and streamed",
    spans: ["chat completed", "chat completed"],
    async run({ client }) {
      const promise = client.beta.messages.create({
        ...messageParams(),
        betas: ["token-counting-2024-11-01"],
      });
      const plain = [shape(promise), describe(await promise)];
      return [plain, await readAll(await client.beta.messages.create({ ...messageParams(), stream: true }))];
    },
  },
  {
    name: "breaks out of a streamed beta message, and is refused one",
    spans: ["chat cancelled", "chat error"],
    async run({ client, provider }) {
      const stream = await client.beta.messages.create({ ...messageParams(), stream: true });
      for await (const _ of stream) break;
      provider.script(json(failure("invalid_request_error"), 400));
      return [stream.controller.signal.aborted, await settled(client.beta.messages.create(messageParams()))];
    },
  },
  {
    name: "parses a structured answer with a schema",
    needs: canParse,
    spans: ["chat completed"],
    async run(app) {
      app.provider.script(json(message('{"city":"Oslo"}')));
      const promise = app.client.messages.parse({
        ...messageParams(),
        output_config: { format: await cityFormat(app) },
      });
      const value = await promise;
      return { shape: shape(promise), value: describe(value), same: (await promise) === value };
    },
  },
  {
    name: "parses a structured answer that does not fit",
    needs: canParse,
    spans: ["chat completed|error"],
    async run(app) {
      app.provider.script(json(message('{"city":7}')));
      return settled(
        app.client.messages.parse({ ...messageParams(), output_config: { format: await cityFormat(app) } }),
      );
    },
  },
  {
    name: "is refused while parsing",
    needs: canParse,
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(json(failure("invalid_request_error"), 400));
      return settled(client.messages.parse(messageParams()));
    },
  },
  {
    name: "parses a beta message",
    needs: ({ client }) => typeof client.beta.messages.parse === "function",
    spans: ["chat completed"],
    run: async ({ client }) => describe(await client.beta.messages.parse(messageParams())),
  },
];

async function cityFormat(app: AnthropicApp) {
  const { zodOutputFormat } = await app.load<typeof import("@anthropic-ai/sdk/helpers/zod")>(
    "@anthropic-ai/sdk/helpers/zod",
  );
  const { z } = await app.load<typeof import("zod/v4")>("zod/v4");
  return zodOutputFormat(z.object({ city: z.string() }));
}
