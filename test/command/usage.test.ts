import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command, report, startCommand, usePlace } from "./harness.js";

const place = usePlace();

describe("the command line", () => {
  it.each([[["--help"]], [["status", "--help"]], [["-h"]]])("explains itself, %j", async (args) => {
    const { code, stdout } = await command(args);
    expect(code).toBe(0);
    for (const word of ["status", "test", "costs", "--json", "Exit code"]) expect(stdout).toContain(word);
  });

  it("has every command and flag in the README", async () => {
    const readme = readFileSync(new URL("../../src/sdk/README.md", import.meta.url), "utf8");
    const { stdout } = await command(["--help"]);
    const words = [...stdout.matchAll(/@kit\/sdk (\w+)|^ +(--(?!help)[\w-]+)/gm)].map(
      (found) => found[1] ?? found[2],
    );
    expect(words).toEqual([
      "status",
      "test",
      "costs",
      "--all",
      "--env-file",
      "--timeout",
      "--prices",
      "--json",
    ]);
    expect(words.filter((word) => !readme.includes(`\`${word}`))).toEqual([]);
  });

  it("ends in good order when nobody reads what it says", async () => {
    const { child, ended } = startCommand(["costs"]);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("tells its version", async () => {
    expect(await command(["--version"])).toMatchObject({ code: 0, stdout: "0.1.0\n" });
  });

  it.each([
    [[], "no command given"],
    [["statsu"], 'unknown command "statsu"'],
    [["status", "now"], 'status takes no argument, but got "now"'],
    [["status", "--loud"], "'--loud'"],
    [["costs", "--prices"], "--prices"],
    [["status", "--timeout", "soon"], '--timeout "soon"'],
    [["test", "--timeout", "0"], '--timeout "0"'],
    [["status", "--timeout", "3601"], '--timeout "3601"'],
  ])("that means nothing is refused, %j", async (args, why) => {
    const { code, stdout, stderr } = await command(args);
    expect(stderr).toContain(why);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

describe("costs", () => {
  it("tells prices for a million tokens, those of versions and gateways, and who says so", async () => {
    const { code, models, sources } = await report(["costs", "gpt-4o", "gpt-4o-2024-08-06", "azure/gpt-4o"]);
    expect(code).toBe(0);
    for (const { input, cachedInput, output } of models) {
      expect({ input, cachedInput, output }).toEqual({ input: 2.5, cachedInput: 1.25, output: 10 });
    }
    expect(sources).toEqual([
      expect.stringMatching(/^@pydantic\/genai-prices \d+\.\d+\.\d+$/),
      expect.stringMatching(/^AgentPulse's list of \d{4}-\d{2}$/),
    ]);
  });

  it("says that it does not know a model, and never that it is free", async () => {
    const { code, models, unknown } = await report(["costs", "gpt-4o", "no-such-model", "ft:gpt-4o:mine"]);
    expect({ code, unknown }).toEqual({ code: 1, unknown: ["no-such-model", "ft:gpt-4o:mine"] });
    expect(models).toHaveLength(1);
    expect((await command(["costs", "no-such-model"])).stdout).toMatch(/^no-such-model +unknown$/m);
  });

  it("tells of the list that AgentPulse publishes when no model is named, within 80 columns", async () => {
    const { code, stdout } = await command(["costs"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^claude-3-5-haiku +0\.80 +0\.08 +1\.00 +4\.00$/m);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("tells own prices from a file, for versions too, and first", async () => {
    const file = join(place.folder, "prices.json");
    writeFileSync(
      file,
      JSON.stringify({ "gpt-4o": [0.001, 0.002], mine: { input: 0.5, output: 1, cacheRead: 0 } }),
    );
    const { models, sources } = await report(["costs", "gpt-4o-2024-08-06", "mine", "--prices", file]);
    expect(models).toMatchObject([
      { input: 1, output: 2 },
      { model: "mine", input: 500, output: 1000, cachedInput: 0, cacheWrite: 500 },
    ]);
    expect(sources[0]).toBe(file);
  });

  it.each([
    ["no file", undefined],
    ["no JSON", "prices"],
    ["no prices", "[1]"],
  ])("says what is wrong with a file that holds %s", async (_, text) => {
    const file = join(place.folder, "prices.json");
    if (text !== undefined) writeFileSync(file, text);
    const { code, stdout, stderr } = await command(["costs", "--prices", file]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^kit-telemetry: .*\bprices\.json\b.*\n$/);
  });
});
