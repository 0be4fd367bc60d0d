import type { Duplex } from "node:stream";
import { checkText, invalidArgument, readLimits, readOptions } from "../arguments.js";
import type { Limits, Rest } from "../rest/rest.js";
import { PortForward } from "./port-forward.js";
import { openTunnel, type Target } from "./tunnel.js";

/** What of the sandbox to connect to. The limit, by default the client's `connectTimeout`, is that of connecting. */
export interface ConnectOptions extends Limits {
  /** A host as the sandbox sees it. @default "localhost" */
  host?: string;
}

/** How a port is forwarded. The limit is that of connecting, for each connection; the signal closes what is forwarded. */
export interface ForwardOptions extends ConnectOptions {
  /** Port of this machine. @default any free one */
  localPort?: number;
}

/** TCP ports of one sandbox, reached through the service. */
export class Ports {
  readonly #rest: Rest;
  readonly #name: string;

  constructor(rest: Rest, name: string) {
    this.#rest = rest;
    this.#name = name;
  }

  /**
   * A connection to a port in the sandbox. Neither end can close half of it: ending it closes it.
   * @throws ConnectionError when nothing listens there
   */
  async connect(port: number, given: ConnectOptions = {}): Promise<Duplex> {
    const { host, ...limits } = readOptions(given);
    return openTunnel(this.#rest.config, this.#name, toTarget(port, host), limits);
  }

  /**
   * Forwards a port of this machine, which only programs on it can reach, to a port in the sandbox.
   * @throws Error of the system, such as `EADDRINUSE`, when the local port cannot be had
   */
  async forward(port: number, given: ForwardOptions = {}): Promise<PortForward> {
    const { localPort = 0, host, timeout, signal } = readLimits(given);
    const target = toTarget(port, host);
    if (!isPort(localPort) && localPort !== 0)
      throw invalidArgument("localPort", "an integer from 0 to 65535");
    const connect = (left: AbortSignal) =>
      openTunnel(this.#rest.config, this.#name, target, { timeout, signal: left });
    return PortForward.listen(localPort, connect, signal);
  }
}

function toTarget(port: number, host = "localhost"): Target {
  if (!isPort(port)) throw invalidArgument("port", "an integer from 1 to 65535");
  checkText(host, "host");
  return { host, port };
}

function isPort(port: unknown): boolean {
  return Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
}
