const TOOL = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Current weather of a place",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

const SMALL = { model: "gpt-4o", messages: [{ role: "user", content: "q".repeat(1000) }], ...options() };
const LARGE = {
  model: "gpt-4o",
  messages: Array.from({ length: 20 }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: "m".repeat(1000),
  })),
  tools: Array.from({ length: 5 }, () => TOOL),
  ...options(),
};

function options() {
  return {
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 500,
    seed: 7,
    stop: ["END"],
    frequency_penalty: 0,
    presence_penalty: 0,
  };
}

const call = (params) => async (client) => {
  await client.chat.completions.create(params);
};

const stream = (chunks) => async (client) => {
  const params = { ...SMALL, stream: true, user: String(chunks) };
  for await (const _chunk of await client.chat.completions.create(params));
};

/** One application call each; `chunks` is set where the cost of a chunk is what counts. */
export const WORKLOADS = {
  "chat, 1 KB": { run: call(SMALL), params: SMALL, slice: 10 },
  "chat, 20 messages, 20 KB, tools": { run: call(LARGE), params: LARGE, slice: 8 },
  "stream of 20 chunks": { run: stream(20), params: SMALL, slice: 4, chunks: 20 },
  "stream of 200 chunks": { run: stream(200), params: SMALL, slice: 1, chunks: 200 },
  "stream of 2,000 chunks": { run: stream(2000), params: SMALL, slice: 1, chunks: 2000 },
};

/** The same for a model of LangChain that answers out of memory. */
export const LANGCHAIN = {
  "LangChain chat, 1 KB": { run: (model) => model.invoke("q".repeat(1000)), slice: 5 },
};
