import { AgentPulseSpanProcessor } from "@kit/exporter-agentpulse";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { afterEach, expect, it } from "vitest";
import { startAgentPulse } from "../support/agentpulse/index.js";
import { answerWeather } from "./answers.js";
import { Stage, toyModel, VERSIONS } from "./support.js";

let close: () => Promise<void> = async () => {};
afterEach(() => close());

it.each(VERSIONS)(
  "records one cost for each model call, whoever records it, and none for agents: %s",
  async (version) => {
    const server = await startAgentPulse();
    const processor = new AgentPulseSpanProcessor({
      apiKey: server.key,
      endpoint: server.url,
      allowInsecure: true,
      heartbeatInterval: 0,
    });
    const provider = new NodeTracerProvider({ spanProcessors: [processor] });
    const stage = new Stage(version);
    stage.instrumentation.setTracerProvider(provider);
    stage.openai?.setTracerProvider(provider);
    close = async () => {
      await provider.shutdown();
      await stage.close();
      await server.close();
    };
    const { tool } = stage.load("@langchain/core/tools");
    const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
    const schema = { type: "object", properties: { city: { type: "string" } } };
    const weather = tool(() => "Sunny", { name: "weather", description: "tells", schema });
    const llm = await stage.chatOpenAI(answerWeather);
    const agent = createReactAgent({ llm, tools: [weather], name: "assistant" });
    await agent.invoke({ messages: [["user", "What is the weather?"]] });
    await toyModel(stage.load).invoke("Hi");
    await processor.forceFlush();
    const costs = server.ofKind("cost").map(({ data }) => data as Record<string, unknown>);
    expect(
      costs.map(({ model, input_tokens: input, output_tokens: output }) => [model, input, output]),
    ).toEqual([
      ["gpt-4o-mini", 9, 3],
      ["gpt-4o-mini", 9, 3],
      ["toy-1", 11, 7],
    ]);
  },
);
