import OpenAI, { AzureOpenAI, BedrockOpenAI } from "openai";
import { describe, expect, it } from "vitest";
import { completion } from "../support/provider/openai-answers.js";
import { run } from "./openai-run.js";

const ask = { model: "some-model", messages: [{ role: "user" as const, content: "Say hi" }] };

/** Base URL, the provider it stands for, and the port that is not written in it. */
const HOSTS: readonly (readonly [baseURL: string, provider: string, port: number])[] = [
  ["https://api.openai.com/v1", "openai", 443],
  ["https://my-resource.openai.azure.com/openai/v1", "azure.ai.openai", 443],
  ["https://api.deepseek.com", "deepseek", 443],
  ["https://api.groq.com/openai/v1", "groq", 443],
  ["https://api.x.ai/v1", "x_ai", 443],
  ["https://api.mistral.ai/v1", "mistral_ai", 443],
  ["https://api.perplexity.ai", "perplexity", 443],
  ["https://api.moonshot.ai/v1", "moonshot_ai", 443],
  ["https://api.moonshot.cn/v1", "moonshot_ai", 443],
  ["https://openrouter.ai/api/v1", "openrouter", 443],
  ["https://generativelanguage.googleapis.com/v1beta/openai", "gcp.gemini", 443],
  ["http://localhost:11434/v1", "ollama", 11434],
  ["http://litellm.internal:4000", "litellm", 4000],
  ["http://vllm:8000/v1", "vllm", 8000],
  ["http://llm.example.com", "openai", 80],
  ["https://api.deepseek.com.evil.example/v1", "openai", 443],
  ["https://notopenai.azure.com.example/v1", "openai", 443],
];

describe("the base URL of the openai client", () => {
  it.each(HOSTS)("%s is %s at port %i", async (baseURL, provider, port) => {
    const { onlySpan } = await run(completion(), (client) => client.chat.completions.create(ask), {
      baseURL,
    });
    const { attributes } = onlySpan();
    expect(attributes["gen_ai.provider.name"]).toBe(provider);
    expect(attributes["server.address"]).toBe(new URL(baseURL).hostname);
    expect(attributes["server.port"]).toBe(port);
    // The openai attributes belong to OpenAI and Azure OpenAI alone.
    expect("openai.api.type" in attributes).toBe(provider === "openai" || provider === "azure.ai.openai");
  });

  it("is azure.ai.openai for the Azure client, behind a gateway of any name too", async () => {
    const { onlySpan, requests } = await run(completion(), (client) => {
      const azure = new AzureOpenAI({
        apiKey: "test",
        apiVersion: "2026-01-01",
        baseURL: `${client.baseURL}/openai`,
        maxRetries: 0,
      });
      return azure.chat.completions.create(ask);
    });
    expect(requests[0]?.path).toContain("/deployments/some-model/chat/completions?api-version=2026-01-01");
    expect(onlySpan().attributes["gen_ai.provider.name"]).toBe("azure.ai.openai");
  });

  it("is aws.bedrock for Bedrock's client, behind a gateway of any name too", async () => {
    const { onlySpan } = await run(completion(), (client) => {
      const bedrock = new BedrockOpenAI({ apiKey: "test", baseURL: client.baseURL, maxRetries: 0 });
      return bedrock.chat.completions.create(ask);
    });
    expect(onlySpan().attributes["gen_ai.provider.name"]).toBe("aws.bedrock");
  });

  it.each([
    ["bedrock", "aws.bedrock"],
    ["vertex", "gcp.vertex_ai"],
    ["another", "openai"],
  ])("is told by the client's own provider %s", async (name, provider) => {
    const { onlySpan } = await run(completion(), (client) => {
      // Version 7 keeps there what `new OpenAI({ provider })` was given.
      const through = new OpenAI({ apiKey: "test", baseURL: client.baseURL });
      Object.assign(through as object, { _provider: { name } });
      return through.chat.completions.create(ask);
    });
    expect(onlySpan().attributes["gen_ai.provider.name"]).toBe(provider);
  });

  it.each(["", undefined])(
    "names the deployment that the Azure client is made for, where the model is %j",
    async (model) => {
      const { onlySpan, requests } = await run(completion(), (client) => {
        const azure = new AzureOpenAI({
          apiKey: "test",
          apiVersion: "2026-01-01",
          baseURL: `${client.baseURL}/openai`,
          deployment: "my-deployment",
          maxRetries: 0,
        });
        return azure.chat.completions.create({ ...ask, model: model as string });
      });
      expect(requests[0]?.path).toContain("/deployments/my-deployment/chat/completions");
      expect(onlySpan().name).toBe("chat my-deployment");
      expect(onlySpan().attributes["gen_ai.request.model"]).toBe("my-deployment");
    },
  );
});
