import { expect, it } from "vitest";
import { NODES } from "../support/nodes.js";
import { json } from "../support/provider-server.js";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { runIn } from "../support/register/run-app.js";

const world = useWorld();

const CALLS = [
  { type: "function_call", id: "fc_1", call_id: "call_1", name: "weather", arguments: '{"city":"Rome"}' },
  { type: "function_call", id: "fc_2", call_id: "call_2", name: "typed", arguments: '{"city":"Oslo"}' },
].map((call) => ({ ...call, status: "completed" }));
const TEXT = { type: "output_text", text: "mild", annotations: [] };
const MESSAGE = { type: "message", id: "msg_1", role: "assistant", status: "completed", content: [TEXT] };

const answer = (id: string, output: readonly object[]) => ({
  ...{ id, object: "response", created_at: 1, status: "completed", model: "gpt-5", output, tools: [] },
  ...{ tool_choice: "auto", parallel_tool_calls: true, error: null, incomplete_details: null },
  ...{ instructions: null, metadata: {}, temperature: 1, top_p: 1 },
  usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
});

/** One function as a program writes it, and one made from a schema, which has its arguments before it runs. */
const BODY = `
  const city = { type: "object", properties: { city: { type: "string" } } };
  const plain = { type: "function", name: "weather", parameters: city, strict: false };
  const typed = Object.defineProperties({ ...plain, name: "typed" }, {
    $brand: { value: "auto-parseable-tool" },
    $parseRaw: { value: JSON.parse },
    $callback: { value: ({ city }) => city + ": cold" },
  });
  const runner = new ResponsesToolRunner({
    functions: [{ tool: plain, execute: async ({ city }) => city + ": hot" }, runnerFunction(typed)],
  });
  runner.run(new OpenAI(), { model: "gpt-5", input: "Weather?" }).then(
    ({ output }) => console.log(output[0].content[0].text),
  );`;

const NAMES = "{ ResponsesToolRunner, runnerFunction }";
const PROGRAMS = [
  [
    "module",
    `import OpenAI from "openai"; import ${NAMES} from "openai/helpers/responses-tool-runner"; ${BODY}`,
  ],
  [
    "commonjs",
    `const OpenAI = require("openai"); const ${NAMES} = require("openai/helpers/responses-tool-runner"); ${BODY}`,
  ],
] as const;

describeOnNodes((node) => {
  it.each(PROGRAMS)("traces the functions that ResponsesToolRunner runs for a %s", async (...program) => {
    const answers = [answer("resp_1", CALLS), answer("resp_2", [MESSAGE])];
    world.provider.serve("/v1/responses", () => json(answers.shift() ?? {}));
    const env = world.env({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "span_only" });
    const run = await runIn("openai-7", program, { flags: ["--import", "@kit/register"], env, node });
    expect(run).toMatchObject({ code: 0, stdout: "mild\n", stderr: "" });
    const tools = world.collector.spans.filter(({ name }) => name.startsWith("execute_tool"));
    expect(tools.map(({ name, attributes }) => [name, attributes])).toMatchObject(
      ["weather", "typed"].map((name, at) => [
        `execute_tool ${name}`,
        {
          "gen_ai.tool.call.id": `call_${at + 1}`,
          "gen_ai.tool.type": "function",
          "gen_ai.tool.call.arguments": CALLS[at]?.arguments,
          "gen_ai.tool.call.result": ["Rome: hot", "Oslo: cold"][at],
        },
      ]),
    );
    expect(world.collector.spans).toHaveLength(4);
  });
}, NODES);
