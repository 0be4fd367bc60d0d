import { createRequire } from "node:module";
import { AnthropicInstrumentation } from "@kit/instrumentation-anthropic";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HELLO, reply } from "../anthropic/support.js";
import { ProviderServer, type ReceivedRequest } from "../support/provider-server.js";
import { type Any, Stage, VERSIONS } from "./support.js";

describe.each(VERSIONS)("%s", (version) => {
  let stage: Stage;
  let server: ProviderServer;
  let instrumentation: AnthropicInstrumentation;
  beforeEach(async () => {
    stage = new Stage(version);
    server = await ProviderServer.start();
    instrumentation = stage.telemetry.observe(new AnthropicInstrumentation());
    instrumentation.manuallyInstrument(sdkOf(version));
  });
  afterEach(async () => {
    instrumentation.disable();
    await server.close();
    await stage.close();
  });

  /** The copy of the SDK that the line's own `@langchain/anthropic` loads. */
  function sdkOf(line: string): Any {
    const folder = createRequire(new URL(`../../matrix/${line}/package.json`, import.meta.url));
    return createRequire(folder.resolve("@langchain/anthropic"))("@anthropic-ai/sdk");
  }

  function chat(): Any {
    const { ChatAnthropic } = stage.load("@langchain/anthropic");
    const stream = ({ body }: ReceivedRequest) => (body as { stream?: boolean }).stream === true;
    const anthropicApiUrl = server.serve("/anthropic", (request) => reply(HELLO, stream(request)));
    return new ChatAnthropic({ model: "claude-sonnet-4-5", apiKey: "test", anthropicApiUrl, maxTokens: 100 });
  }

  it("leaves calls and streams to the instrumented SDK", async () => {
    await chat().invoke("Hi");
    for await (const _ of await chat().stream("Hi"));
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ name, instrumentationScope }) => [name, instrumentationScope.name])).toEqual(
      Array(2).fill(["chat claude-sonnet-4-5", "@kit/instrumentation-anthropic"]),
    );
  });

  it("sums up the SDK's counts for an agent where LangChain's streams count differently", async () => {
    const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
    const agent = createReactAgent({ llm: chat(), tools: [], name: "helper" });
    for await (const _ of await agent.stream({ messages: [["user", "Hi"]] }, { streamMode: "messages" }));
    const usage = stage.spans.map(({ attributes }) => [
      attributes["gen_ai.usage.input_tokens"],
      attributes["gen_ai.usage.output_tokens"],
    ]);
    expect(usage).toEqual([
      [60, 7],
      [60, 7],
    ]);
  });

  it("counts the same tokens without it, cached ones included", async () => {
    await chat().invoke("Hi");
    instrumentation.disable();
    await chat().invoke("Hi");
    const usage = stage.spans.map(({ attributes }) => [
      attributes["gen_ai.usage.input_tokens"],
      attributes["gen_ai.usage.cache_read.input_tokens"],
      attributes["gen_ai.usage.cache_write.input_tokens"],
      attributes["gen_ai.usage.output_tokens"],
      attributes["gen_ai.response.id"],
    ]);
    expect(usage[0]).toEqual([60, 30, 20, 7, "msg_1"]);
    expect(usage[1]).toEqual(usage[0]);
    await stage.telemetry.finish();
  });
});
