import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { freePort } from "../support/free-port.js";
import { PeerProcess } from "../support/peers/peer-process.js";

const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
const NATS =
  process.env.NATS_SERVER_BIN ||
  folders.map((folder) => join(folder, "nats-server")).find((path) => existsSync(path));

it.skipIf(!NATS)(
  "nats-server (absent unless NATS_SERVER_BIN names it) starts and is healthy as docker-compose.yml has it",
  async () => {
    const compose = parse(readFileSync(join(import.meta.dirname, "../../docker-compose.yml"), "utf8"));
    const { command, healthcheck } = compose.services.nats as {
      command: string[];
      healthcheck: { test: string[] };
    };
    const store = mkdtempSync(join(tmpdir(), "kit-compose-nats-"));
    const http = String(await freePort());
    const args = command.map((arg) => (arg === "/data" ? store : arg === "8222" ? http : arg));
    const health = healthcheck.test.at(-1)?.replace(":8222", `:${http}`) ?? "";
    const listen = ["--addr", "127.0.0.1", "--port", String(await freePort())];
    const nats = await PeerProcess.start(NATS as string, [...args, ...listen], { ready: health });
    try {
      expect(await (await fetch(health)).json()).toEqual({ status: "ok" });
      expect(nats.said).toContain("Starting JetStream");
    } finally {
      await nats.stop();
      rmSync(store, { recursive: true, force: true });
    }
  },
);
