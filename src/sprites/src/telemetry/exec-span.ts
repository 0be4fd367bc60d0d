import type { Attributes, Context } from "@opentelemetry/api";
import type { Config } from "../config.js";
import { ClientSpan } from "./client-span.js";
import { measureExec } from "./exec-metrics.js";
import { safely } from "./safely.js";
import { errorType } from "./tracing.js";

/** What the span of a command records at its start. */
export interface ExecFacts {
  readonly spriteId: string;
  readonly args: readonly string[];
  readonly shell: boolean;
  readonly tty: boolean;
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly mode: "run" | "start" | "attach";
}

/** Why a command has no exit code. `type` is the `error.type` of what is no error of this package. */
export interface ExecFailure {
  readonly error: unknown;
  readonly type?: string;
  readonly closeCode?: number;
}

/** Leaves room for the last events: what killed it, or how it exited, and the exception. */
const MAX_EVENTS = 64 - 3;
const CLOSING_EVENTS = new Set(["sprites.killed", "sprites.exit"]);
/** Command lines can hold whole scripts. */
const MAX_ARGUMENT = 4096;

/** The span of one command. Ends once; what comes later is ignored. */
export class ExecSpan {
  readonly #span: ClientSpan;
  readonly #measured: ((failure?: string) => void) | undefined;
  #events = 0;

  constructor(config: Config, facts: ExecFacts, parent: Context) {
    const program = basename(facts.args[0] ?? "");
    this.#span = new ClientSpan(
      config,
      program ? `exec ${program}` : "exec",
      startAttributes(config, facts),
      parent,
    );
    this.#measured = safely(() => measureExec(config, facts.tty));
  }

  get context(): Context {
    return this.#span.context;
  }

  set(attributes: Attributes): void {
    this.#span.set(attributes);
  }

  event(name: string, attributes?: Attributes): void {
    if (CLOSING_EVENTS.has(name) || this.#events++ < MAX_EVENTS) this.#span.event(name, attributes);
  }

  /** What a joined session runs is known only once it is joined. */
  joined(command: string, tty: boolean): void {
    this.set({ "sprites.exec.tty": tty });
    const path = command.split(" ", 1)[0];
    if (!path) return;
    this.#span.rename(`exec ${basename(path)}`);
    this.set(executable(path));
  }

  /** Bytes of payload by stream. */
  transferred(bytes: Readonly<Record<string, number>>): void {
    for (const [stream, count] of Object.entries(bytes))
      this.set({ [`sprites.exec.${stream}.bytes`]: count });
  }

  exited(code: number, nonZeroIsError: boolean): void {
    this.event("sprites.exit", { code });
    this.set({ "process.exit.code": code });
    const failed = code !== 0 && nonZeroIsError;
    if (failed) this.#span.markFailed("nonzero_exit", `exit code ${code}`);
    this.#end(failed ? "nonzero_exit" : undefined);
  }

  detached(): void {
    this.set({ "sprites.exec.detached": true });
    this.#end();
  }

  /** `exitCode` is known when a killed command was seen to end. */
  failed({ error, type = errorType(error), closeCode }: ExecFailure, exitCode: number | null): void {
    const status = (error as { status?: unknown } | undefined)?.status;
    this.set({
      ...(typeof status === "number" && { "http.response.status_code": status }),
      ...(closeCode !== undefined && { "sprites.ws.close_code": closeCode }),
      ...(exitCode !== null && { "process.exit.code": exitCode }),
    });
    this.#span.fail(type, error);
    this.#end(type);
  }

  #end(failure?: string): void {
    this.#span.end();
    safely(() => this.#measured?.(failure));
  }
}

function startAttributes(config: Config, facts: ExecFacts): Attributes {
  const { args } = facts;
  return {
    ...(args.length > 0 && { ...executable(args[0] ?? ""), "process.args_count": args.length }),
    "sprites.sprite.id": facts.spriteId,
    "sprites.exec.tty": facts.tty,
    "sprites.exec.shell": facts.shell,
    "sprites.exec.mode": facts.mode,
    ...(facts.cwd !== undefined && { "process.working_directory": facts.cwd }),
    ...(config.captureContent &&
      args.length > 0 && {
        "process.command_args": args.map((arg) => arg.slice(0, MAX_ARGUMENT)),
      }),
    ...(config.captureContent && facts.env && { "sprites.exec.env_names": Object.keys(facts.env) }),
  };
}

function executable(path: string): Attributes {
  return {
    "process.executable.name": basename(path),
    ...(path.includes("/") && { "process.executable.path": path }),
  };
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
