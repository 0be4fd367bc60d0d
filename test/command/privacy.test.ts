import { expect, it } from "vitest";
import { Canaries } from "../privacy/canaries.js";
import { CLOSED_PORT } from "../support/free-port.js";
import { command, usePlace } from "./harness.js";

const place = usePlace();

/** Variables that hold what nobody else may see, each with a word of its own. */
function secrets(words: Canaries): Record<string, string> {
  const word = (label: string) => words.word(label);
  return {
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${word("header")}`,
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: `x-key=${word("own header")}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:${word("password")}@127.0.0.1:${CLOSED_PORT}/otlp?key=${word("query")}`,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: `/nowhere/${word("client key")}.pem`,
    AGENTPULSE_API_KEY: `ap_${word("AgentPulse")}`,
    CATSYPHON_API_KEY: `cs_live_${word("CatSyphon")}`,
    OPENAI_API_KEY: `sk-${word("OpenAI")}`,
  };
}

it.each([
  ["status", []],
  ["status", ["--all"]],
  ["status", ["--json"]],
  ["test", []],
  ["test", ["--json"]],
])("%s %j prints no key, whatever becomes of it", async (name, flags) => {
  const words = new Canaries();
  const refused = place.env(secrets(words));
  const wrong = {
    ...refused,
    OTEL_EXPORTER_OTLP_HEADERS: words.word("broken header"),
    OTEL_EXPORTER_OTLP_ENDPOINT: `${words.word("no scheme")}:secret@somewhere`,
    AGENTPULSE_API_KEY: `${words.word("odd key")}\u00e9`,
    AGENTPULSE_ENDPOINT: `http://user:${words.word("AgentPulse password")}@127.0.0.1:${CLOSED_PORT}`,
    CATSYPHON_URL: `${words.word("CatSyphon address")}@somewhere`,
  };
  for (const env of [refused, wrong]) {
    const { code, stdout, stderr } = await command([name, ...flags], { env, cwd: place.folder });
    expect(code).toBe(1);
    expect(stdout).toContain("OTLP traces");
    expect(words.leaksIn(stdout + stderr)).toEqual([]);
  }
  expect(words.count).toBeGreaterThan(10);
});
