import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KrytenConfig } from "@kit/kryten";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { StandInBridge } from "../support/kryten/stand-in-bridge.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const README = readFileSync(new URL("../../src/kryten/README.md", import.meta.url), "utf8");

describe("the README", () => {
  it("has an example of at most ten lines that runs as it stands", async () => {
    const code = /```js\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
    expect(code.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(10);
    const server = await NatsServer.start();
    const bridge = await StandInBridge.start({ servers: server.url });
    const env = { ...process.env, NATS_URL: server.url };
    const args = ["--input-type=module", "--eval", code];
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit"] });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    try {
      const said = await eventually("the bot answers", async () => {
        bridge.emit("chatMsg", { username: "ann", msg: "!ping", meta: {}, time: 1 });
        await new Promise((resolve) => setTimeout(resolve, 100));
        return bridge.seen[0];
      });
      expect(said).toMatchObject({ command: "say", args: { message: "Pong! ann" } });
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
    } finally {
      child.kill("SIGKILL");
      await bridge.stop();
      await server.stop();
    }
  });

  it("lists every key of the configuration with its default", () => {
    const minimal = { nats: { servers: ["x"] }, channels: [{ domain: "d", channel: "c" }] };
    const { nats, channels: _channels, service: _service, ...rest } = new KrytenConfig(minimal);
    const defaults = {
      ...rest,
      ...Object.fromEntries(Object.entries(nats).map(([key, value]) => [`nats.${key}`, value])),
    };
    for (const [key, value] of Object.entries(defaults)) {
      const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const row = README.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${name}\``));
      expect(row, name).toBeDefined();
      if (value !== undefined && name !== "nats.servers") expect(row, name).toContain(`| \`${value}\` |`);
    }
  });

  it("names only methods that exist", async () => {
    const { KrytenClient } = await import("@kit/kryten");
    const table = README.slice(README.indexOf("## What it does\n"), README.indexOf("A command resolves"));
    const names = [...table.matchAll(/`([a-z][A-Za-z]+)`/g)].map(([, name]) => name!);
    const beyond = ["simulateEvent", "getPublishedCommands", "safe", "service", "nats"];
    expect(names.length).toBeGreaterThan(40);
    const missing = names.filter((name) => !(name in KrytenClient.prototype) && !beyond.includes(name));
    expect(missing).toEqual([]);
  });
});
