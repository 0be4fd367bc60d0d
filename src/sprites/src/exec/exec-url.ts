import { fillTemplate } from "../rest/transport.js";

/** What the query of an exec address says. */
export interface ExecRequest {
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly tty: boolean;
  readonly windowSize?: readonly [cols: number, rows: number] | undefined;
  readonly maxRunAfterDisconnect?: string | undefined;
}

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Address that runs a new command. `trace` holds variables for the command, beside those of the request. */
export function execUrl(
  socketEndpoint: string,
  spriteId: string,
  request: ExecRequest,
  trace: Readonly<Record<string, string>> = {},
): string {
  const env = request.env && Object.keys(request.env).length > 0 ? { ...trace, ...request.env } : undefined;
  const args = env === undefined ? throughEnv(request.args, trace) : request.args;
  const query = new URLSearchParams();
  for (const arg of args) query.append("cmd", arg);
  query.set("path", args[0] ?? "");
  if (request.cwd !== undefined) query.set("dir", request.cwd);
  for (const [name, value] of Object.entries(complete(env, request.tty)))
    query.append("env", `${name}=${value}`);
  if (request.tty) {
    query.set("tty", "true");
    if (request.windowSize !== undefined) {
      query.set("cols", String(request.windowSize[0]));
      query.set("rows", String(request.windowSize[1]));
    }
  }
  // Without it the server gives a command without TTY /dev/null, and stops reading the socket.
  query.set("stdin", "true");
  if (request.maxRunAfterDisconnect !== undefined) {
    query.set("max_run_after_disconnect", request.maxRunAfterDisconnect);
  }
  return `${socketEndpoint}${execPath(spriteId)}?${query}`;
}

/** Address that joins a running session. */
export function attachUrl(socketEndpoint: string, spriteId: string, sessionId: string): string {
  const template = "/v1/sprites/{name}/exec/{session_id}";
  const params = { name: spriteId, session_id: sessionId };
  return `${socketEndpoint}${fillTemplate({ template, params, purpose: "exec" })}?stdin=true`;
}

function execPath(name: string): string {
  return fillTemplate({ template: "/v1/sprites/{name}/exec", params: { name }, purpose: "exec" });
}

/**
 * An `env` in the query replaces the whole environment of the sandbox, so a caller who asked for none must not get
 * one. `env` (the program) adds the variables and then replaces itself: same process id, same exit code.
 */
function throughEnv(args: readonly string[], trace: Readonly<Record<string, string>>): readonly string[] {
  const assignments = Object.entries(trace).map(([name, value]) => `${name}=${value}`);
  // A program with `=` in its name would be taken for one more assignment.
  if (assignments.length === 0 || args[0]?.includes("=")) return args;
  return ["env", ...assignments, ...args];
}

/** What a command cannot do without once its environment is replaced. `PATH: ""` asks for no PATH at all. */
function complete(env: Readonly<Record<string, string>> | undefined, tty: boolean): Record<string, string> {
  if (env === undefined) return {};
  const { PATH, ...rest } = env;
  const whole: Record<string, string> = PATH === "" ? rest : { ...env };
  if (PATH === undefined) whole.PATH = DEFAULT_PATH;
  if (tty && whole.TERM === undefined) whole.TERM = "xterm-256color";
  return whole;
}
