import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "nats";
import { freePort } from "../free-port.js";

/** Debian installs it in /usr/sbin, which is on the PATH of root alone. */
const PLACES = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin", "/usr/local/bin"];

const HOW_TO_GET_IT =
  "The Kryten tests need nats-server. Put it on the PATH, name it in NATS_SERVER_BIN, or install it: " +
  "`apt-get install nats-server` on Debian, `brew install nats-server` on macOS, " +
  "`go install github.com/nats-io/nats-server/v2@latest` anywhere.";

function findOnPath(): string | undefined {
  return PLACES.filter((place) => place !== "")
    .map((place) => join(place, "nats-server"))
    .find((path) => existsSync(path));
}

/** Path of nats-server; on Debian as root it is installed when missing. */
export function findNatsServer(): string {
  const named = process.env.NATS_SERVER_BIN;
  if (named) return named;
  const found = findOnPath() ?? installOnDebian();
  if (!found) throw new Error(HOW_TO_GET_IT);
  return found;
}

function installOnDebian(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // Two test files may want it at the same time: apt waits for the other's lock.
  const apt = (...args: string[]) =>
    spawnSync("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=120", ...args], { env, timeout: 180_000 });
  apt("update");
  apt("install", "-y", "--no-install-recommends", "nats-server");
  return findOnPath();
}

/** A real nats-server on a loopback port, with a store that goes with it. */
export class NatsServer {
  readonly port: number;
  readonly #args: string[];
  readonly #directory: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, args: string[], directory: string) {
    this.port = port;
    this.#args = args;
    this.#directory = directory;
  }

  /** `config` is the text of a configuration file: users, permissions, TLS. */
  static async start({ jetstream = true, config = "" } = {}): Promise<NatsServer> {
    const directory = mkdtempSync(join(tmpdir(), "kit-nats-"));
    const file = join(directory, "nats.conf");
    writeFileSync(file, config);
    const store = jetstream ? ["-js", "-sd", directory] : [];
    const port = await freePort();
    const server = new NatsServer(
      port,
      ["-c", file, "-a", "127.0.0.1", "-p", String(port), ...store],
      directory,
    );
    await server.up();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it, again on the same port after `down()`. */
  async up(): Promise<void> {
    const log = join(this.#directory, "server.log");
    const child = spawn(findNatsServer(), [...this.#args, "-l", log], { stdio: "ignore" });
    this.#child = child;
    const failed = new Promise<never>((_resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => {
        const said = existsSync(log) ? readFileSync(log, "utf8").slice(-2000) : "";
        reject(new Error(`nats-server ended with ${code}: ${said}`));
      });
    });
    failed.catch(() => {});
    await Promise.race([this.#answers(), failed]);
  }

  async #answers(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      try {
        const probe = await connect({ servers: this.url, timeout: 1000, reconnect: false });
        return await probe.close();
      } catch (error) {
        // A server that wants a login or TLS is up, too.
        const { code } = error as { code?: string };
        if (code !== "CONNECTION_REFUSED" && code !== "CONNECTION_TIMEOUT") return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
    throw new Error("nats-server did not answer");
  }

  /** Ends the process; the store stays. */
  async down(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.down("SIGTERM");
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
