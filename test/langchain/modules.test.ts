import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OtlpCollector } from "../support/otlp-collector.js";
import { ProviderServer } from "../support/provider-server.js";
import { findNode, MAJORS } from "../support/register/nodes.js";
import { answerWeather } from "./answers.js";
import { VERSIONS, type Version } from "./support.js";

let collector: OtlpCollector;
let server: ProviderServer;
beforeAll(async () => {
  collector = await OtlpCollector.start();
  server = await ProviderServer.start();
});
beforeEach(() => collector.reset());
afterAll(async () => {
  await collector.close();
  await server.close();
});

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
async function run(
  version: Version,
  [type, code]: readonly [string, string],
  node: string,
  flags: readonly string[] = ["--import", "@kit/register"],
) {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|OPENAI_|KIT_|NODE_OPTIONS|VITEST)/.test(name),
  );
  const child = spawn(node, [...flags, `--input-type=${type}`, "-e", code], {
    cwd: fileURLToPath(new URL(`../../matrix/${version}/`, import.meta.url)),
    env: {
      ...Object.fromEntries(clean),
      OPENAI_API_KEY: "test",
      BASE_URL: server.serve("/openai", answerWeather),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { stdout, stderr };
}

/** Name of each span and of the one above it. */
function edges() {
  const names = new Map(collector.spans.map((span) => [span.spanId, span.name]));
  return collector.spans
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
    expect(await run(version, program, process.execPath, [])).toEqual({ stdout: "Sunny\n", stderr: "" });
    expect(edges()).toEqual(AGENT);
  });
});

for (const major of MAJORS) {
  const node = findNode(major);
  describe(`on Node ${major}`, () => {
    if (node == null) {
      it.skip(`node@${major} cannot be installed from npm here`);
      return;
    }
    describe.each(VERSIONS)("%s", (version) => {
      it.each(Object.entries(PROGRAMS))("is traced in %s", async (_, program) => {
        expect(await run(version, program, node)).toEqual({ stdout: "Sunny\n", stderr: "" });
        expect(edges()).toEqual(AGENT);
      });
    });
  });
}
