import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

/** Runs the example without any server; `answer` is what the person types when asked, or has typed before. */
async function deploy(answer: string | undefined, when: "asked" | "before" = "asked"): Promise<string> {
  const path = fileURLToPath(new URL("../../examples/ailoop/deploy.mjs", import.meta.url));
  const { AILOOP_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [path], { stdio: ["pipe", "pipe", "inherit"], env });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  if (answer === undefined || when === "before") child.stdin.end(answer);
  else
    child.stdout.on("data", (chunk) => {
      if (String(chunk).includes("[y/N]")) child.stdin.end(answer);
    });
  const output = await text(child.stdout);
  expect(await ended).toEqual([0, null]);
  return output;
}

it("deploys when the person says yes, and shows question, answer and tool call as one trace", async () => {
  const output = await deploy("y\n");
  expect(output).toContain("* Build 812 is live\ndeployed\n");
  expect(output).toMatch(/execute_tool deploy .*linked to await_response public/);
  expect(output).toMatch(/ {2}authorize public [\s\S]* {4}await_response public .*\(approved\)/);
  expect(output).toMatch(/ {6}respond public/);
});

it("takes an answer that was there before the question, as from `echo y |`", async () => {
  expect(await deploy("y\n", "before")).toContain("live\ndeployed\n");
});

it.each(["n\n", "\n", undefined])("does not deploy when the person says %j", async (answer) => {
  const output = await deploy(answer);
  expect(output).toContain("not deployed\n");
  expect(output).toMatch(/await_response public .*\(denied\)/);
});
