import { checkText, invalidArgument, readOptions } from "../arguments.js";
import { isObject, readNumber, readObject, readString, readStrings, readTime } from "../rest/json.js";
import type { Limits, Rest } from "../rest/rest.js";
import type { Call } from "../rest/transport.js";

/** A program the sandbox starts by itself whenever it wakes. */
export interface ServiceDefinition {
  readonly cmd: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly dir?: string;
  /** Services that must run first. */
  readonly needs?: readonly string[];
  /** Port that the sandbox's address leads to; one service at most has one. */
  readonly httpPort?: number;
}

/** A service and how it fares. */
export interface ServiceInfo extends ServiceDefinition {
  readonly name: string;
  /** `stopped`, `starting`, `running`, `stopping` or `failed`; undefined when the server did not tell. */
  readonly status: string | undefined;
  readonly pid: number | undefined;
  readonly startedAt: Date;
  readonly error: string | undefined;
  /** How often it was started again after it had ended by itself. */
  readonly restartCount: number;
  /** When that happens next; an invalid date when it does not. */
  readonly nextRestartAt: Date;
}

/** What a service prints or does while it is watched. */
export interface ServiceEvent {
  /** `stdout`, `stderr`, `started`, `stopping`, `stopped`, `exit`, `error` or `complete`. */
  readonly type: string;
  readonly data: string;
  readonly exitCode: number | undefined;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** How long a service is watched after a change. */
export interface WatchOptions extends Limits {
  /** Such as `5s`. @default the server's */
  duration?: string;
}

/** How long a service gets to stop. */
export interface StopOptions extends Limits {
  /** Such as `10s`. @default the server's */
  grace?: string;
}

/** Which part of a service's log to read. */
export interface LogOptions extends Limits {
  /** Lines from the end. @default the server's */
  lines?: number;
  /** Follow the log this long, such as `5s`. @default the server's */
  duration?: string;
}

type Events = AsyncGenerator<ServiceEvent, void, undefined>;

const ALL = "/v1/sprites/{name}/services";
const ONE = "/v1/sprites/{name}/services/{service}";

/** Services of one sandbox. What changes one is carried out while its events are read. */
export class Services {
  readonly #rest: Rest;
  readonly #name: string;

  constructor(rest: Rest, name: string) {
    this.#rest = rest;
    this.#name = name;
  }

  async list(limits?: Limits): Promise<ServiceInfo[]> {
    const answer = await this.#rest.json(this.#call("GET", ALL), limits);
    // A bare list, or one by that name.
    const services = isObject(answer) ? answer.services : answer;
    return Array.isArray(services) ? services.map(readService) : [];
  }

  async get(service: string, limits?: Limits): Promise<ServiceInfo> {
    return readService(await this.#rest.json(this.#call("GET", ONE, service), limits));
  }

  /** Makes or changes a service, starts it, and tells what happens while it is watched. */
  put(service: string, given: ServiceDefinition, limits: WatchOptions = {}): Events {
    if (!isObject(given)) throw invalidArgument("the service", "an object with a cmd");
    const { httpPort, ...definition } = given;
    checkText(definition.cmd, "cmd");
    const options = readOptions(limits);
    const json = { ...definition, ...(httpPort !== undefined && { http_port: httpPort }) };
    const call = { ...this.#call("PUT", ONE, service), json, query: { duration: options.duration } };
    return this.#events(call, options);
  }

  delete(service: string, limits?: Limits): Promise<void> {
    return this.#rest.done(this.#call("DELETE", ONE, service), limits);
  }

  start(service: string, given: WatchOptions = {}): Events {
    const options = readOptions(given);
    return this.#events({ ...this.#act("start", service), query: { duration: options.duration } }, options);
  }

  stop(service: string, given: StopOptions = {}): Events {
    const options = readOptions(given);
    return this.#events({ ...this.#act("stop", service), query: { timeout: options.grace } }, options);
  }

  restart(service: string, given: WatchOptions = {}): Events {
    const options = readOptions(given);
    return this.#events({ ...this.#act("restart", service), query: { duration: options.duration } }, options);
  }

  logs(service: string, options: LogOptions = {}): Events {
    const { lines, duration, ...limits } = readOptions(options);
    const call = this.#call("GET", `${ONE}/logs`, service);
    return this.#events({ ...call, query: { lines, duration } }, limits);
  }

  async signal(service: string, signal: string, limits?: Limits): Promise<void> {
    checkText(service, "the service");
    checkText(signal, "signal");
    const json = { name: service, signal };
    return this.#rest.done({ ...this.#call("POST", `${ALL}/signal`), json }, limits);
  }

  #act(action: "start" | "stop" | "restart", service: string): Call {
    return this.#call("POST", `${ONE}/${action}`, service);
  }

  #call(method: Call["method"], template: string, service?: string): Call {
    const params = { name: this.#name, ...(service != null && { service }) };
    return { method, template, params, purpose: "api" };
  }

  async *#events(call: Call, limits: Limits): Events {
    for await (const raw of this.#rest.lines(call, limits)) {
      yield {
        type: readString(raw.type) ?? "",
        data: readString(raw.data) ?? "",
        exitCode: readNumber(raw.exit_code),
        raw,
      };
    }
  }
}

function readService(value: unknown): ServiceInfo {
  const fields = readObject(value);
  const state = readObject(fields.state);
  const httpPort = readNumber(fields.http_port);
  const dir = readString(fields.dir);
  return {
    name: readString(fields.name) ?? "",
    cmd: readString(fields.cmd) ?? "",
    args: readStrings(fields.args),
    needs: readStrings(fields.needs),
    ...(isObject(fields.env) && { env: fields.env as Record<string, string> }),
    ...(dir !== undefined && { dir }),
    ...(httpPort !== undefined && { httpPort }),
    status: readString(state.status),
    pid: readNumber(state.pid),
    startedAt: readTime(state.started_at),
    error: readString(state.error),
    restartCount: readNumber(state.restart_count) ?? 0,
    nextRestartAt: readTime(state.next_restart_at),
  };
}
