import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../support/free-port.js";

/** An `ailoop` binary of one's own, started on a free port with an empty configuration. */
export interface RealServer {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startRealServer(binary: string): Promise<RealServer> {
  const config = mkdtempSync(join(tmpdir(), "ailoop-"));
  const port = await freePort();
  const { AILOOP_SERVER: _, AILOOP_TELEGRAM_BOT_TOKEN: __, ...env } = process.env;
  const child = spawn(binary, ["serve", "--host", "127.0.0.1", "--port", `${port}`, "--channel", "public"], {
    // Not a terminal: otherwise the server asks its questions there.
    stdio: "ignore",
    env: { ...env, XDG_CONFIG_HOME: config, AILOOP_DEFAULT_PROMPT_TIMEOUT_SECS: "2" },
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await end(child);
    rmSync(config, { recursive: true, force: true });
  };
  try {
    await waitUntilHealthy(url, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function waitUntilHealthy(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`ailoop ended with ${child.exitCode}`);
    const healthy = await fetch(`${url}/api/v1/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("ailoop did not become healthy");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  const kill = setTimeout(() => child.kill("SIGKILL"), 2000);
  await ended;
  clearTimeout(kill);
}
