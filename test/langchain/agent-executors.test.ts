import { SpanStatusCode } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { runIn } from "../support/register/run-app.js";
import { answerWeather } from "./answers.js";
import { type Any, Stage } from "./support.js";

const SCHEMA = { type: "object", properties: { city: { type: "string" } } };
const PROMPT = [
  ["human", "{input}"],
  ["placeholder", "{agent_scratchpad}"],
];
const ASK = { input: "What is the weather?" };

describe("an older agent, whose streams its own package makes", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage("langchain-1", {}, { except: ["missing_expected"] });
    stage.instrumentation.manuallyInstrument(stage.load("@langchain/classic/agents"));
  });
  afterEach(() => stage.close());

  async function executor(): Promise<Any> {
    const { AgentExecutor, createToolCallingAgent } = stage.load("@langchain/classic/agents");
    const { ChatPromptTemplate } = stage.load("@langchain/core/prompts");
    const { tool } = stage.load("@langchain/core/tools");
    const tools = [tool(() => "Sunny", { name: "weather", description: "tells", schema: SCHEMA })];
    // Its streams are not the model's.
    const llm = await stage.chatOpenAI(answerWeather, { disableStreaming: true });
    const agent = createToolCallingAgent({ llm, tools, prompt: ChatPromptTemplate.fromMessages(PROMPT) });
    return new AgentExecutor({ agent, tools });
  }

  const WHOLE = [
    "invoke_agent",
    ". chat gpt-4o-mini",
    ". execute_tool weather",
    ". execute_tool weather",
    ". chat gpt-4o-mini",
  ];

  it("is recorded with its models and tools, called or streamed", async () => {
    expect((await (await executor()).invoke(ASK)).output).toBe("Sunny");
    for await (const _ of await (await executor()).stream(ASK));
    expect(stage.tree()).toEqual([...WHOLE, ...WHOLE]);
    await stage.telemetry.finish();
  });

  it("ends as cancelled when its stream is left", async () => {
    for await (const _ of await (await executor()).stream(ASK)) break;
    expect(stage.tree()).toEqual(WHOLE.slice(0, -1));
    const { attributes, status } = stage.span("invoke_agent");
    expect([attributes["kit.outcome"], status.code]).toEqual(["cancelled", SpanStatusCode.UNSET]);
    await stage.telemetry.finish();
  });
});

describe("a program that leaves the stream of an older agent", () => {
  const world = useWorld();
  const names = "AgentExecutor, createToolCallingAgent";
  const run = `
const tools = [tool(() => "Sunny", { name: "weather", description: "tells", schema: ${JSON.stringify(SCHEMA)} })];
const llm = new ChatOpenAI({ model: "gpt-4o-mini", disableStreaming: true, configuration: { baseURL: process.env.BASE_URL } });
const agent = createToolCallingAgent({ llm, tools, prompt: ChatPromptTemplate.fromMessages(${JSON.stringify(PROMPT)}) });
const leave = async () => {
  for await (const _ of await new AgentExecutor({ agent, tools }).stream(${JSON.stringify(ASK)})) break;
};
leave();`;
  const lines = (line: (names: string, module: string) => string) =>
    [
      line(names, "@langchain/classic/agents"),
      line("ChatOpenAI", "@langchain/openai"),
      line("ChatPromptTemplate", "@langchain/core/prompts"),
      line("tool", "@langchain/core/tools"),
    ].join("\n");

  it.each([
    ["module", lines((name, module) => `import { ${name} } from "${module}";`)],
    ["commonjs", lines((name, module) => `const { ${name} } = require("${module}");`)],
  ] as const)("has the agent ended as cancelled: %s", async (type, loads) => {
    const env = world.env({ BASE_URL: world.provider.serve("/openai", answerWeather) });
    const { stderr } = await runIn("langchain-1", [type, loads + run], { env });
    expect(stderr).toBe("");
    const agent = world.collector.spans.find(({ name }) => name === "invoke_agent");
    expect(agent?.attributes["kit.outcome"]).toBe("cancelled");
  });
});
