// A support agent with one tool. What it says, thinks and calls appears in CatSyphon as a conversation.
import { CatSyphonSpanProcessor } from "@kit/exporter-catsyphon";
import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import OpenAI from "openai";

const provider = new NodeTracerProvider({ spanProcessors: [new CatSyphonSpanProcessor()] });
provider.register();
new OpenAIInstrumentation({ captureMessageContent: "SPAN_ONLY" }).manuallyInstrument(OpenAI);

const tracer = trace.getTracer("example");
const openai = new OpenAI();
const tools = [
  {
    type: "function",
    function: {
      name: "find_order",
      description: "Where an order is",
      parameters: { type: "object", properties: { number: { type: "string" } }, required: ["number"] },
    },
  },
];

/** Runs `work` in a span, which ends with it. */
function inSpan(name, attributes, work) {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      span.end();
    }
  });
}

function findOrder(call) {
  const attributes = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": call.function.name,
    "gen_ai.tool.call.id": call.id,
  };
  return inSpan(`execute_tool ${call.function.name}`, attributes, async (span) => {
    const { number } = JSON.parse(call.function.arguments);
    const result = { number, state: "on its way", arrives: "tomorrow" };
    span.setAttribute("gen_ai.tool.call.result", JSON.stringify(result));
    return result;
  });
}

async function answer(messages) {
  for (;;) {
    const { choices } = await openai.chat.completions.create({ model: "gpt-4o-mini", messages, tools });
    const { message } = choices[0];
    messages.push(message);
    if (!message.tool_calls?.length) return message.content;
    for (const call of message.tool_calls) {
      const result = await findOrder(call);
      messages.push({ role: "tool", tool_call_id: call.id, content: JSON.stringify(result) });
    }
  }
}

const messages = [{ role: "system", content: "You help customers of a shop. Be brief." }];
const questions = process.argv.length > 2 ? process.argv.slice(2) : ["Where is my order 4711?", "Thank you!"];
const agent = {
  "gen_ai.operation.name": "invoke_agent",
  "gen_ai.agent.name": "support",
  "gen_ai.conversation.id": `example-${Date.now()}`,
};
for (const question of questions) {
  messages.push({ role: "user", content: question });
  console.log(`> ${question}`);
  console.log(await inSpan("invoke_agent support", agent, () => answer(messages)));
}
await provider.shutdown();
