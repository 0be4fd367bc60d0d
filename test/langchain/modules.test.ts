import { describe, expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { type Program, type RunOptions, runIn } from "../support/register/run-app.js";
import { answerWeather } from "./answers.js";
import { ALL_VERSIONS, VERSIONS, type Version } from "./support.js";

const world = useWorld();

const RUN = `
const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const weather = tool(({ city }) => "Sunny in " + city, { name: "weather", description: "tells", schema });
const llm = new ChatOpenAI({ model: "gpt-4o-mini", configuration: { baseURL: process.env.BASE_URL } });
createReactAgent({ llm, tools: [weather], name: "assistant" })
  .invoke({ messages: [["user", "What is the weather?"]] })
  .then(({ messages }) => console.log(messages.at(-1).content));`;

const NAMES = {
  ChatOpenAI: "@langchain/openai",
  createReactAgent: "@langchain/langgraph/prebuilt",
  tool: "@langchain/core/tools",
};
const lines = (line: (name: string, module: string) => string) =>
  Object.entries(NAMES)
    .map(([name, module]) => line(name, module))
    .join("\n");

/** Programs of an application that knows nothing of us. */
const PROGRAMS = {
  "ES modules": ["module", lines((name, module) => `import { ${name} } from "${module}";`) + RUN],
  CommonJS: ["commonjs", lines((name, module) => `const { ${name} } = require("${module}");`) + RUN],
  "both at once": [
    "module",
    `import { createRequire } from "node:module"; const require = createRequire(process.cwd() + "/app.js");
${lines((name, module) => `const { ${name} } = ${name === "tool" ? `await import("${module}")` : `require("${module}")`};`)}${RUN}`,
  ],
} as const;

/** The application loads the library first, and the kit by hand. */
const LATE = {
  "ES modules": [
    "module",
    `${PROGRAMS["ES modules"][1].replace(RUN, "")}
import { init } from "@kit/sdk"; init();${RUN}`,
  ],
  CommonJS: [
    "commonjs",
    `${PROGRAMS.CommonJS[1].replace(RUN, "")}
const { init } = require("@kit/sdk"); init();${RUN}`,
  ],
} as const;

/** Runs a program in the folder of that line, with the one flag that a user adds. */
async function run(version: Version, program: Program, options: RunOptions = {}) {
  const env = world.env({ BASE_URL: world.provider.serve("/openai", answerWeather) });
  const { stdout, stderr } = await runIn(version, program, { ...options, env });
  return { stdout, stderr };
}

/** Name of each span and of the one above it. */
function edges() {
  const names = new Map(world.collector.spans.map((span) => [span.spanId, span.name]));
  return world.collector.spans
    .map(({ name, parentSpanId = "", scope }) => `${names.get(parentSpanId) ?? ""} > ${name} (${scope.name})`)
    .sort();
}

const AGENT = [
  " > invoke_agent assistant (@kit/instrumentation-langchain)",
  "invoke_agent assistant > chat gpt-4o-mini (@kit/instrumentation-openai)",
  "invoke_agent assistant > chat gpt-4o-mini (@kit/instrumentation-openai)",
  "invoke_agent assistant > execute_tool weather (@kit/instrumentation-langchain)",
  "invoke_agent assistant > execute_tool weather (@kit/instrumentation-langchain)",
];

describe.each(VERSIONS)("%s that was loaded before the kit", (version) => {
  it.each(Object.entries(LATE))("is traced in %s", async (_, program) => {
    expect(await run(version, program, { flags: [] })).toEqual({ stdout: "Sunny\n", stderr: "" });
    expect(edges()).toEqual(AGENT);
  });
});

describeOnNodes((node) => {
  describe.each(ALL_VERSIONS)("%s", (version) => {
    it.each(Object.entries(PROGRAMS))("is traced in %s", async (_, program) => {
      expect(await run(version, program, { node })).toEqual({ stdout: "Sunny\n", stderr: "" });
      // The oldest graphs have no names.
      const named = version !== "langchain-0.2";
      expect(edges()).toEqual(named ? AGENT : AGENT.map((edge) => edge.replace(" assistant", "")));
    });
  });
});
