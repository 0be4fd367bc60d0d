import { afterAll, beforeAll, beforeEach } from "vitest";
import { OtlpCollector } from "../otlp-collector.js";
import { json, ProviderServer } from "../provider-server.js";

import { type Run, type RunOptions, runApp } from "./run-app.js";

const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_760_000_000,
  model: "gpt-4.1-mini-2025-04-14",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hello yourself" } }],
  usage: {
    prompt_tokens: 10,
    completion_tokens: 2,
    total_tokens: 12,
    prompt_tokens_details: { cached_tokens: 4 },
  },
};

/** What an unchanged program meets: a model provider and a collector, both on real sockets. */
export interface World {
  readonly collector: OtlpCollector;
  readonly provider: ProviderServer;
  /** Variables that lead a program to both. */
  env(more?: Readonly<Record<string, string>>): Record<string, string>;
  /** Runs a program of `test/register/apps`, by default `chat.mjs`, with these variables on top. */
  run(env?: Readonly<Record<string, string>>, file?: string, options?: RunOptions): Promise<Run>;
}

/** Sets the world up for the tests of a file and clears it before each. */
export function useWorld(): World {
  let collector: OtlpCollector;
  let provider: ProviderServer;
  beforeAll(async () => {
    collector = await OtlpCollector.start();
    provider = await ProviderServer.start();
  });
  beforeEach(() => {
    collector.reset();
    provider.reset();
    provider.serve("/v1", () => json(COMPLETION));
  });
  afterAll(async () => {
    await collector.close();
    await provider.close();
  });
  const env = (more: Readonly<Record<string, string>> = {}) => ({
    OPENAI_BASE_URL: `http://127.0.0.1:${provider.port}/v1`,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    ...more,
  });
  return {
    get collector() {
      return collector;
    },
    get provider() {
      return provider;
    },
    env,
    run: (more = {}, file = "chat.mjs", options = {}) => runApp(file, { ...options, env: env(more) }),
  };
}
