// Speaks as much of the OpenAI and Anthropic APIs as the quickstart needs, so that it runs without a key and
// without a network. Its answers are made up; the numbers are of the size that real ones have.
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";

const CHAT = { id: "chatcmpl-local", created: 1_795_000_000, model: "gpt-4.1-mini-2025-04-14" };

/** Starts the server on a free port; returns its URL and a function that stops it. */
export async function startLocalProvider() {
  const server = createServer(async (request, response) => {
    const body = await json(request);
    if (request.url === "/v1/messages") await answerMessage(response);
    else if (body.model === "gpt-0") await refuse(response);
    else if (body.stream) await streamChat(body, response);
    else await answerChat(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function send(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function answerChat(response) {
  await setTimeout(180);
  send(response, 200, {
    ...CHAT,
    object: "chat.completion",
    choices: [
      { index: 0, finish_reason: "stop", message: { role: "assistant", content: "Light over the Tagus" } },
    ],
    usage: usage(17, 5),
  });
}

async function refuse(response) {
  await setTimeout(40);
  const message = "The model `gpt-0` does not exist or you do not have access to it.";
  send(response, 404, {
    error: { message, type: "invalid_request_error", param: null, code: "model_not_found" },
  });
}

/** First the call of a tool, its arguments in pieces; with the tool's result, the answer. */
async function streamChat({ messages, stream_options: options }, response) {
  const answered = messages.some(({ role }) => role === "tool");
  const deltas = answered ? words("No umbrella today: clear sky, 24 degrees.") : toolCall();
  response.writeHead(200, { "content-type": "text/event-stream" });
  await setTimeout(140);
  const chunk = (fields) => {
    const data = { ...CHAT, object: "chat.completion.chunk", choices: [], ...fields };
    response.write(`data: ${JSON.stringify(data)}\n\n`);
  };
  for (const delta of deltas) {
    chunk({ choices: [{ index: 0, delta, finish_reason: null }] });
    await setTimeout(20);
  }
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: answered ? "stop" : "tool_calls" }] });
  if (options?.include_usage) chunk({ usage: answered ? usage(96, 13) : usage(68, 16) });
  response.end("data: [DONE]\n\n");
}

function words(text) {
  return [{ role: "assistant", content: "" }, ...text.split(/(?= )/).map((content) => ({ content }))];
}

function toolCall() {
  const call = (fields) => ({ tool_calls: [{ index: 0, ...fields }] });
  return [
    {
      role: "assistant",
      content: null,
      ...call({ id: "call_local", type: "function", function: { name: "get_weather", arguments: "" } }),
    },
    call({ function: { arguments: '{"city":' } }),
    call({ function: { arguments: '"Lisbon"}' } }),
  ];
}

function usage(prompt, completion) {
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

async function answerMessage(response) {
  await setTimeout(420);
  send(response, 200, {
    id: "msg_local",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-6",
    content: [
      {
        type: "thinking",
        thinking: "Clear and warm: the river first, the viewpoint last.",
        signature: "bG9jYWw=",
      },
      { type: "text", text: "Belém before ten, the oceanarium at noon, Graça for the last light." },
    ],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens: 24,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 2318,
      output_tokens: 131,
      service_tier: "standard",
    },
  });
}
