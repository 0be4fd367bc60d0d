import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runExample } from "../support/example.js";
import { startServer } from "./harness.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "exporters/agentpulse/README.md"), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);

async function run(name: string, code: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await runExample(`agentpulse-${name}`, code, env);
  return stdout;
}

it("has an example that tells the spans of an application", async () => {
  const server = await startServer();
  const span = `provider.getTracer("t").startSpan("chat", { attributes: { "gen_ai.operation.name": "chat" } }).end();\n`;
  const code = examples[0]?.replace("// ... instrumentations", `${span}//`) ?? "";
  await run("example", code, { AGENTPULSE_ENDPOINT: server.url, AGENTPULSE_API_KEY: server.key });
  expect(server.accepted.map(({ kind }) => kind)).toEqual(["sdk_init", "cost"]);
});

it("has an example that switches on by the environment alone", async () => {
  const key = { AGENTPULSE_ENDPOINT: "http://127.0.0.1:9", AGENTPULSE_API_KEY: "ap_x" };
  expect(await run("factory", `${examples[1] ?? ""}await processor?.shutdown();`, key)).toBe(
    "AgentPulse is on\n",
  );
  expect(await run("factory", examples[1] ?? "", { AGENTPULSE_API_KEY: "" })).toBe("AgentPulse is off\n");
});

it("lists every option and every variable", () => {
  const source = (name: string) => readFileSync(join(root, "exporters/agentpulse/src", name), "utf8");
  const options = [...source("options/options.ts").matchAll(/^ {2}readonly (\w+)\??:/gm)].map(
    ([, name]) => name,
  );
  expect(options.length).toBeGreaterThan(15);
  const rows = new Set([...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name));
  expect(options.filter((name) => !rows.has(name))).toEqual([]);
  const variables = [...source("options/settings.ts").matchAll(/\benv\.(\w+)/g)].map(([, name]) => name);
  expect(variables.length).toBeGreaterThan(5);
  expect(variables.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
