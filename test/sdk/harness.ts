import { type InitOptions, init, shutdown } from "@kit/sdk";
import OpenAI from "openai";
import { afterEach, beforeEach, vi } from "vitest";
import { type FakeAgentPulse, startAgentPulse } from "../support/agentpulse/index.js";
import { completion } from "../support/provider/openai-answers.js";
import { ProviderServer } from "../support/provider-server.js";

/** An application with the kit inside this process, and the servers it meets. */
export interface Application {
  readonly server: FakeAgentPulse;
  readonly provider: ProviderServer;
  /** Options that lead to AgentPulse and nowhere else. */
  readonly options: InitOptions;
  /** Lines written to standard error. */
  readonly stderr: readonly string[];
  start(more?: InitOptions): ReturnType<typeof init>;
  /** Has the model called once. */
  ask(model?: string): Promise<void>;
}

/** A fresh application for each test of a file; the kit is shut down after it. */
export function useApplication(): Application {
  let server: FakeAgentPulse;
  let provider: ProviderServer;
  let client: OpenAI;
  let stderr: string[];
  beforeEach(async () => {
    for (const name of Object.keys(process.env)) {
      if (/^(AGENTPULSE|OTEL|KIT)_/.test(name)) vi.stubEnv(name, undefined);
    }
    stderr = [];
    vi.spyOn(process.stderr, "write").mockImplementation((chunk: unknown, ...rest: unknown[]) => {
      stderr.push(String(chunk));
      const done = rest.at(-1);
      if (typeof done === "function") done();
      return true;
    });
    [server, provider] = await Promise.all([startAgentPulse(), ProviderServer.start()]);
    client = new OpenAI({
      apiKey: "test",
      baseURL: provider.serve("/v1", () => completion()),
      maxRetries: 0,
    });
  });
  afterEach(async () => {
    await shutdown();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await Promise.all([server.close(), provider.close()]);
  });
  const application = {
    get server() {
      return server;
    },
    get provider() {
      return provider;
    },
    get stderr() {
      return stderr;
    },
    get options(): InitOptions {
      return { apiKey: server.key, endpoint: server.url, tracesExporter: "none" };
    },
    start: (more: InitOptions = {}) => init({ ...application.options, ...more }),
    ask: async (model = "gpt-4o") => {
      await client.chat.completions.create({ model, messages: [{ role: "user", content: "Hello there?" }] });
    },
  };
  return application;
}
