import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { clear, compile, compileText } from "./compiled-programs.js";

const FOLDER = new URL("../../src/tracing/", import.meta.url);
const readme = readFileSync(new URL("README.md", FOLDER), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => `${text}`);
const TARGET = ["--target", "es2022"];

afterAll(clear);

/** What an example prints, and its spans. */
function runExample(text: string, flags: readonly string[] = TARGET) {
  const program = compileText(`example-${examples.indexOf(text)}`, text, flags);
  const preload = compile("print-spans", TARGET);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", preload, program], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  const lines = stdout.trimEnd().split("\n");
  const spans = JSON.parse(`${lines.pop()}`) as {
    name: string;
    parent: string | null;
    attributes: Record<string, unknown>;
  }[];
  return { printed: lines, spans, tree: spans.map(({ name, parent }) => [name, parent]) };
}

const example = (what: string) => {
  const found = examples.find((text) => text.includes(what));
  if (found === undefined) throw new Error(`no example has ${what}`);
  return found;
};

describe("the README's example", () => {
  it("of the start has ten lines at most and runs", () => {
    const text = example("classifier");
    expect(text.trim().split("\n").length).toBeLessThanOrEqual(10);
    expect(runExample(text).tree).toEqual([
      ["event mail_read", "invoke_agent classifier"],
      ["invoke_agent classifier", "invoke_workflow daily-email-check"],
      ["invoke_workflow daily-email-check", null],
    ]);
  });

  it("of a session runs", () => {
    const { printed, spans, tree } = runExample(example("support-chat"));
    expect(printed).toEqual(["2"]);
    expect(tree).toEqual([
      ["task fetch", "invoke_workflow support-chat"],
      ["invoke_workflow support-chat", null],
    ]);
    expect(spans.map(({ attributes }) => attributes["session.id"])).toEqual(["chat-4711", "chat-4711"]);
  });

  it("of a job runs", () => {
    const { spans, tree } = runExample(example("nightly-cleanup"));
    expect(tree).toEqual([
      ["metric files_removed", "cron nightly-cleanup"],
      ["cron nightly-cleanup", null],
    ]);
    expect(spans[1]?.attributes).toMatchObject({
      "kit.cron.summary": "removed 3 files",
      "session.id": "agent:main:cron:nightly-cleanup",
    });
  });

  it.each([
    ["standard", TARGET],
    ["legacy", [...TARGET, "--experimentalDecorators"]],
  ])("of an agent as a class runs with %s decorators", (_, flags) => {
    const { printed, spans, tree } = runExample(example("@agent"), flags);
    expect(printed).toEqual(["about otters"]);
    expect(tree).toEqual([
      ["execute_tool web_search", "invoke_agent Researcher"],
      ["task summarize", "invoke_agent Researcher"],
      ["invoke_agent Researcher", null],
    ]);
    expect(spans[0]?.attributes).toMatchObject({
      "kit.function.arguments": '["otters"]',
      "gen_ai.agent.name": "Researcher",
    });
  });

  it("of events, metrics and alerts runs", () => {
    expect(runExample(example("memory_snapshot")).tree).toEqual([
      ["event memory_snapshot", null],
      ["metric queue_depth", null],
      ["alert", null],
    ]);
  });
});

it("names every option and no other", () => {
  const options = ["mark", "session/session", "session/cron"].flatMap((file) => {
    const source = readFileSync(new URL(`src/${file}.ts`, FOLDER), "utf8");
    return [...source.matchAll(/interface \w*Options[^{]*\{([\s\S]*?)\n\}/g)].flatMap(([, members]) =>
      [...`${members}`.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name),
    );
  });
  const [, table = ""] = /## Options\n\n([\s\S]*?)\n\n/.exec(readme) ?? [];
  const rows = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual([...new Set(options)].toSorted());
});
