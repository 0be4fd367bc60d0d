import { beforeEach } from "vitest";
import { type AgentPulseOptions, type FakeAgentPulse, startAgentPulse } from "../agentpulse/index.js";
import { useWorld, type World } from "./fixture.js";
import { runApp } from "./run-app.js";

/** A world in which AgentPulse is all that an application is told of; nobody listens where collectors would. */
export interface AgentPulseWorld extends World {
  readonly server: FakeAgentPulse;
}

/** Sets the world up for the tests of a file, with a fresh server for each. */
export function useAgentPulse(options: AgentPulseOptions = {}): AgentPulseWorld {
  const world = useWorld();
  let server: FakeAgentPulse;
  beforeEach(async () => {
    server = await startAgentPulse(options);
    return () => server.close();
  });
  const env = (more: Readonly<Record<string, string>> = {}) => ({
    OPENAI_BASE_URL: world.env().OPENAI_BASE_URL ?? "",
    AGENTPULSE_API_KEY: server.key,
    AGENTPULSE_ENDPOINT: server.url,
    ...more,
  });
  return {
    get collector() {
      return world.collector;
    },
    get provider() {
      return world.provider;
    },
    get server() {
      return server;
    },
    env,
    run: (more = {}, file = "chat.mjs", run = {}) => runApp(file, { ...run, env: env(more) }),
  };
}
