import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { startFake } from "../../../test/support/ailoop/harness.js";
import * as ailoop from "./index.js";
import { readSettings } from "./options.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);

/** Runs an example of the README against a fake server, with the package under test in place of its import. */
async function run(code: string, serverUrl: string, log: (...line: unknown[]) => void): Promise<void> {
  const body = code
    .replace(/^import .*$/gm, "")
    .replace(/\(message: Message\)/, "(message)")
    .replace(/"(http|ws):\/\/localhost:8080"/g, JSON.stringify(serverUrl));
  const AsyncFunction = (async () => {}).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction("AiloopClient", "console", body)(ailoop.AiloopClient, { log });
}

it("has a first example of ten lines at most that runs as it stands", async () => {
  const fake = await startFake();
  fake.beforeReply = ({ id, content }) => {
    if (content.type === "decision") fake.answer(id, "Blue");
    if (content.type === "authorization") fake.answer(id, null, "authorization_approved");
  };
  const lines: unknown[] = [];
  await run(examples[0] ?? "", fake.url, (...line) => lines.push(...line));
  expect(examples[0]?.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
  expect(lines).toEqual(["deploying"]);
  expect(fake.stored().map(({ content }) => content.text)).toContain("Blue it is");
});

it("has an example of handlers that runs as it stands", async () => {
  const fake = await startFake();
  fake.beforeReply = ({ id }) => void fake.answer(id, "sunny");
  const lines: unknown[] = [];
  await run(examples[1] ?? "", fake.url, (...line) => lines.push(line));
  expect(lines).toContainEqual(["connected"]);
});

it("lists every option with its default, and no other", () => {
  const section = readme.slice(readme.indexOf("## Options"), readme.indexOf("## Versions"));
  const rows = section.split("\n").flatMap((line) => {
    const [, names = "", fallback = ""] = line.split("|");
    return [...names.matchAll(/`(\w+)`/g)].map(
      ([, name = ""]) => [name, fallback.replaceAll("`", "").trim()] as const,
    );
  });
  const listed = Object.fromEntries(rows);
  const source = readFileSync(new URL("./options.ts", import.meta.url), "utf8");
  const declared = source.slice(
    source.indexOf("AiloopClientOptions"),
    source.indexOf("/** Options after defaults"),
  );
  const names = [...declared.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name);
  expect(Object.keys(listed).sort()).toEqual([...names, "serverUrl"].sort());

  const settings = readSettings("http://localhost:8080", {}) as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === "string" || typeof value === "boolean")
      expect(listed[name], name).toBe(String(value));
  }
  expect(listed).toMatchObject({
    timeout: "30",
    reconnectAttempts: "5",
    reconnectDelay: "1",
    reconnectMaxDelay: "30",
  });
});
