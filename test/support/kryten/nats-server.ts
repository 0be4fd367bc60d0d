import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "nats";
import { alone } from "../alone.js";
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
export function findNatsServer(tries = 1): string {
  const named = process.env.NATS_SERVER_BIN;
  if (named) return named;
  const found = findOnPath() ?? alone("nats-server", () => findOnPath() ?? installOnDebian(tries));
  if (!found) throw new Error(HOW_TO_GET_IT);
  return found;
}

function installOnDebian(tries: number): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // Whatever else installs something on this machine has its time, and a mirror may fail once.
  const options = ["-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  const apt = (...args: string[]) => spawnSync("apt-get", [...options, ...args], { env, timeout: 600_000 });
  for (let attempt = 0; attempt < tries; attempt += 1) {
    apt("update");
    apt("install", "-y", "--no-install-recommends", "nats-server");
    const found = findOnPath();
    if (found) return found;
  }
  return undefined;
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
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const args = ["-c", file, "-a", "127.0.0.1", "-p", String(port), ...store];
      const server = new NatsServer(port, args, directory);
      try {
        await server.up();
        return server;
      } catch (error) {
        // The port was free a moment ago; somebody else may have taken it since.
        if (attempt === 3 || !String(error).includes("address already in use")) throw error;
      }
    }
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
    const end = performance.now() + 60_000;
    while (performance.now() < end) {
      try {
        const probe = await connect({ servers: this.url, timeout: 5000, reconnect: false });
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
