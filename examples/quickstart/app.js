// Plans a day in Lisbon with two model providers. It knows OpenTelemetry's API, which does nothing by itself,
// for one span around the whole work, and nothing of the kit.
import Anthropic from "@anthropic-ai/sdk";
import { trace } from "@opentelemetry/api";
import OpenAI from "openai";
import { GUIDE } from "./guide.js";

const openai = new OpenAI({ maxRetries: 0 });
const anthropic = new Anthropic();

/** A plain chat. */
async function nameTheDay() {
  const completion = await openai.chat.completions.create({
    model: "gpt-4.1-mini",
    messages: [{ role: "user", content: "A short title for a day in Lisbon, please." }],
  });
  return completion.choices[0].message.content;
}

/** A streamed chat that calls a tool and goes on with its result. */
async function checkTheWeather() {
  const runner = openai.chat.completions.runTools({
    model: "gpt-4.1-mini",
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: "user", content: "Do I need an umbrella in Lisbon today?" }],
    tools: [
      {
        type: "function",
        function: {
          name: "get_weather",
          description: "The weather of a city today",
          parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
          parse: JSON.parse,
          function: ({ city }) => ({ city, sky: "clear", celsius: 24 }),
        },
      },
    ],
  });
  return await runner.finalContent();
}

/** A message with thinking, over a long guide that the provider caches. */
async function planTheDay(weather) {
  const message = await anthropic.messages.create({
    model: "claude-sonnet-4-6",
    max_tokens: 2048,
    thinking: { type: "enabled", budget_tokens: 1024 },
    system: [{ type: "text", text: GUIDE, cache_control: { type: "ephemeral" } }],
    messages: [{ role: "user", content: `Three stops for a day in Lisbon. The weather: ${weather}` }],
  });
  return message.content.find(({ type }) => type === "text")?.text;
}

/** A call that fails, as calls do: nobody serves this model. */
async function askTheWrongModel() {
  try {
    await openai.chat.completions.create({ model: "gpt-0", messages: [{ role: "user", content: "Hello?" }] });
  } catch (error) {
    return `(${error.status}: asked another model instead)`;
  }
}

await trace.getTracer("quickstart").startActiveSpan("plan a day", async (span) => {
  try {
    console.log(await nameTheDay());
    const weather = await checkTheWeather();
    console.log(weather);
    console.log(await planTheDay(weather));
    console.log(await askTheWrongModel());
  } finally {
    span.end();
  }
});
