import { checkText, readOptions } from "../arguments.js";
import { SpriteExec } from "../exec/exec.js";
import { type AttachOptions, planAttach } from "../exec/exec-options.js";
import { KILL_TEMPLATE } from "../exec/kill.js";
import { readId, readNumber, readObject, readString, readTime } from "../rest/json.js";
import type { Limits, Rest } from "../rest/rest.js";

/** A command that runs in a sandbox. */
export interface SessionInfo {
  /** The process id as text: it comes back for other commands once this one has ended. */
  readonly id: string;
  /** Resolved program and arguments. */
  readonly command: string;
  readonly workdir: string;
  readonly tty: boolean;
  readonly created: Date;
  readonly lastActivity: Date;
  readonly bytesPerSecond: number;
}

/** How a session is ended. */
export interface KillOptions extends Limits {
  /** @default "SIGTERM" */
  killSignal?: string;
  /** How long the command gets before it is killed by force, such as `10s`. @default the server's */
  grace?: string;
}

/** The commands that run in one sandbox, also those started by others or left behind. */
export class Sessions {
  readonly #rest: Rest;
  readonly #name: string;

  constructor(rest: Rest, name: string) {
    this.#rest = rest;
    this.#name = name;
  }

  async list(limits?: Limits): Promise<SessionInfo[]> {
    const template = "/v1/sprites/{name}/exec";
    const answer = await this.#rest.json(
      { method: "GET", template, params: { name: this.#name }, purpose: "api" },
      limits,
    );
    const { sessions } = readObject(answer);
    return Array.isArray(sessions) ? sessions.map(readSession) : [];
  }

  /** Joins a running command; `start` it like a new one. Output so far comes first. */
  attach(sessionId: string, options: AttachOptions = {}): SpriteExec {
    checkText(sessionId, "the session id");
    const given = readOptions(options);
    const plan = planAttach(this.#rest.config, this.#name, sessionId, given);
    return new SpriteExec(plan, given.killOnTimeout ?? true);
  }

  /**
   * Resolves when the command is gone, with its exit code if the server told.
   * @throws ApiError when there is no such session, or the server cannot end it
   */
  async kill(sessionId: string, given: KillOptions = {}): Promise<number | undefined> {
    const options = readOptions(given);
    let code: number | undefined;
    const lines = this.#rest.lines(
      {
        method: "POST",
        template: KILL_TEMPLATE,
        params: { name: this.#name, session_id: sessionId },
        query: { signal: options.killSignal ?? "SIGTERM", timeout: options.grace },
        purpose: "api",
        rejectsOnErrorLine: true,
      },
      options,
    );
    for await (const line of lines) code = readNumber(line.exit_code) ?? code;
    return code;
  }
}

function readSession(value: unknown): SessionInfo {
  const fields = readObject(value);
  return {
    id: readId(fields.id),
    command: readString(fields.command) ?? "",
    workdir: readString(fields.workdir) ?? "",
    tty: fields.tty === true,
    created: readTime(fields.created),
    lastActivity: readTime(fields.last_activity),
    bytesPerSecond: readNumber(fields.bytes_per_second) ?? 0,
  };
}
