import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { findNode } from "../support/nodes.js";

const HOST = fileURLToPath(new URL("programs/otel-host.mjs", import.meta.url));
const ONE_API = fileURLToPath(new URL("../otel-lines/one-api.mjs", import.meta.url));

function runHost(node: string, line: string, flags: readonly string[] = []): unknown {
  const { status, stdout, stderr } = spawnSync(node, [...flags, HOST, line], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const RECORDED = {
  spans: [
    ["event e", "execute_tool t"],
    ["execute_tool t", "invoke_agent a"],
    ["invoke_agent a", "invoke_workflow s"],
    ["metric depth", "invoke_workflow s"],
    ["invoke_workflow s", null],
    ["alert", "cron j"],
    ["cron j", null],
  ],
  moments: [true, true, true],
  sessions: ["s", "s", "s", "s", "s", "agent:main:cron:j", "agent:main:cron:j"],
  failed: ["bad"],
  metrics: [
    "depth",
    "gen_ai.execute_tool.duration",
    "gen_ai.invoke_agent.duration",
    "gen_ai.invoke_workflow.duration",
  ],
};

it("records through an application's own set-up on OpenTelemetry 2.x", () => {
  expect(runHost(process.execPath, "2")).toEqual(RECORDED);
});

// OpenTelemetry 3.x needs Node 22.15 or newer.
it.skipIf(findNode(24) === undefined)(
  "records through one on 3.x, with its copy of the API or an older one",
  () => {
    expect(runHost(`${findNode(24)}`, "3")).toEqual(RECORDED);
    expect(runHost(`${findNode(24)}`, "3", ["--import", ONE_API])).toEqual(RECORDED);
  },
);
