import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { startAgentPulse } from "../support/agentpulse/index.js";

const FOLDER = fileURLToPath(new URL("../../examples/agentpulse/", import.meta.url));

/** Runs the example against its own model, whatever keys this machine has. */
async function runExample(env: Record<string, string>) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OPENAI|AGENTPULSE|OTEL)_/.test(name));
  const ran = await promisify(execFile)(process.execPath, ["app.js"], {
    cwd: FOLDER,
    env: { ...Object.fromEntries(kept), ...env },
  });
  return { ...ran, lines: ran.stdout.split("\n") };
}

const SAID = ['mail-1: billing, "We have corrected invoice 2210."', "mail-2: spam", "spam: disk full"];

describe("the mail assistant", () => {
  it("shows AgentPulse its sessions, what they cost, its jobs and its moments", async () => {
    const server = await startAgentPulse({ gzip: "fails" });
    const { lines, stderr } = await runExample({
      AGENTPULSE_API_KEY: server.key,
      AGENTPULSE_ENDPOINT: server.url,
    });
    await server.close();
    expect(lines).toEqual([...SAID, ""]);
    expect(stderr).toBe("");

    const of = (kind: string) => server.accepted.filter((event) => event.kind === kind);
    const kinds = new Set(server.accepted.map(({ kind }) => `${kind}`));
    const counts = Object.fromEntries([...kinds].map((kind) => [kind, of(kind).length]));
    expect(counts).toEqual({
      sdk_init: 1,
      metric: 1,
      session_start: 2,
      cost: 3,
      span_end: 3,
      custom_event: 2,
      alert: 1,
      session: 2,
      cron: 2,
    });
    expect(of("cost").map(({ session, data }) => [session, (data as { tokens: number }).tokens])).toEqual([
      ["mail-1", 151],
      ["mail-1", 162],
      ["mail-2", 151],
    ]);
    expect(of("span_end").map(({ session, data }) => [session, (data as { name: string }).name])).toEqual([
      ["mail-1", "find_invoice"],
      ["mail-1", "Assistant"],
      ["mail-2", "Assistant"],
    ]);
    expect(of("session").map(({ data }) => data)).toMatchObject([
      { label: "mail", status: "ok", logs: [{ message: "sorted as billing" }] },
      { label: "mail", status: "rejected" },
    ]);
    expect(of("cron").map(({ session, data }) => [session, data])).toMatchObject([
      [
        "agent:main:cron:clean-up-archive",
        { job: "clean-up-archive", status: "ok", summary: "removed 12 mails from archive" },
      ],
      ["agent:main:cron:clean-up-spam", { job: "clean-up-spam", status: "fail", error: "disk full" }],
    ]);
    expect(of("alert")[0]?.data).toMatchObject({ message: "Spam got through", severity: "info" });
    expect(JSON.stringify(server.accepted)).not.toMatch(/seems to be wrong|Open the attachment|corrected/);
  });

  it("prints its traces without a key, as its README shows them", async () => {
    const { lines, stderr } = await runExample({});
    expect(stderr).toBe("");
    expect(lines.filter((line) => SAID.includes(line))).toEqual(SAID);
    const plain = (text: string) =>
      text
        .split("\n")
        .filter((line) => /[─├└]|^invoke_workflow/.test(line))
        .map((line) => line.replace(/(<1|\d+) ms|\d+\.\d+ s/g, "T").replace(/ {2,}/g, "|"));
    const shown = plain(readFileSync(`${FOLDER}README.md`, "utf8"));
    expect(shown.length).toBe(6);
    expect(plain(lines.join("\n")).slice(0, 6)).toEqual(shown);
  });
});
