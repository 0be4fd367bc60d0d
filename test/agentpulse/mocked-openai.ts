import { json, ProviderServer } from "../support/provider-server.js";
import { later } from "./harness.js";

const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "gpt-4o-2024-08-06",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hi!" } }],
  usage: { prompt_tokens: 1000, completion_tokens: 1000, total_tokens: 2000 },
};

/** Variables that lead the OpenAI client of a program to a provider whose every answer costs 0.0125 US dollars. */
export async function mockOpenAI(): Promise<Record<string, string>> {
  const provider = await ProviderServer.start();
  later(() => provider.close());
  return {
    OPENAI_BASE_URL: provider.serve("/v1", () => json(COMPLETION)),
    OPENAI_API_KEY: "sk-test",
    OTEL_TRACES_EXPORTER: "none",
  };
}
