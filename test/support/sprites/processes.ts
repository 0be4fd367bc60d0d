import { type ChildProcess, spawn } from "node:child_process";
import { readSync } from "node:fs";
import { createRequire } from "node:module";

/** A process of a sandbox, with pipes or in a terminal. */
export interface SandboxProcess {
  readonly pid: number;
  write(data: Buffer): void;
  endInput(): void;
  resize(cols: number, rows: number): void;
  pause(): void;
  resume(): void;
  /** Signals the whole process group. */
  signal(name: NodeJS.Signals): void;
}

export interface ProcessRequest {
  readonly path: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly stdin: boolean;
  readonly cols: number;
  readonly rows: number;
}

export interface ProcessEvents {
  onOutput(stream: "stdout" | "stderr" | "output", data: Buffer): void;
  onEnd(code: number): void;
  onMissing(): void;
}

type Pty = typeof import("@lydell/node-pty");

/** The terminal library: prebuilt, but not for every platform, and then the package is simply not there. */
export function loadPty(): Pty | undefined {
  try {
    return createRequire(import.meta.url)("@lydell/node-pty") as Pty;
  } catch {
    return undefined;
  }
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Starts the program with pipes; settles when all its output is out, not when it exits. */
export function spawnPiped(request: ProcessRequest, events: ProcessEvents): SandboxProcess {
  const child = spawn(request.path, request.args.slice(1), {
    argv0: request.args[0] as string,
    cwd: request.cwd,
    env: request.env,
    detached: true,
    stdio: [request.stdin ? "pipe" : "ignore", "pipe", "pipe"],
  });
  child.on("error", (error: NodeJS.ErrnoException) => {
    if (child.pid === undefined) events.onMissing();
    else events.onOutput("stderr", Buffer.from(`${error.code}\n`));
  });
  child.stdin?.on("error", () => undefined);
  child.stdout?.on("data", (data: Buffer) => events.onOutput("stdout", data));
  child.stderr?.on("data", (data: Buffer) => events.onOutput("stderr", data));
  if (child.pid !== undefined) {
    child.on("close", (code, signal) => events.onEnd(code ?? 128 + (SIGNAL_NUMBERS[signal ?? ""] ?? 0)));
  }
  return {
    pid: child.pid ?? -1,
    write: (data) => void child.stdin?.write(data),
    endInput: () => void child.stdin?.end(),
    resize: () => undefined,
    pause: () => pauseAll(child, true),
    resume: () => pauseAll(child, false),
    signal: (name) => signalGroup(child.pid, name),
  };
}

/** Starts the program in a pseudo terminal. */
export function spawnInTerminal(pty: Pty, request: ProcessRequest, events: ProcessEvents): SandboxProcess {
  const terminal = pty.spawn(request.path, request.args.slice(1) as string[], {
    cols: request.cols,
    rows: request.rows,
    cwd: request.cwd,
    env: request.env,
    name: request.env.TERM ?? "xterm",
    encoding: null,
  });
  // With `encoding: null` the data are Buffers, whatever the types say.
  terminal.onData((data) => events.onOutput("output", data as unknown as Buffer));
  readTheRest(terminal, (data) => events.onOutput("output", data));
  terminal.onExit(({ exitCode, signal }) => events.onEnd(signal ? 128 + signal : exitCode));
  return {
    pid: terminal.pid,
    // Buffers pass through as they are.
    write: (data) => terminal.write(data as unknown as string),
    endInput: () => undefined,
    resize: (cols, rows) => terminal.resize(cols, rows),
    pause: () => terminal.pause(),
    resume: () => terminal.resume(),
    signal: (name) => signalGroup(terminal.pid, name),
  };
}

/**
 * libuv takes a terminal for ended when a read brings less than it asked for and the other side is closed; the
 * kernel may hold output back then (about one program of a hundred that print and exit at once).
 */
function readTheRest(terminal: ReturnType<Pty["spawn"]>, onData: (data: Buffer) => void): void {
  // Both are there on Unix, whatever the types say.
  const { fd, on } = terminal as unknown as { fd: number; on: (event: "end", listener: () => void) => void };
  on.call(terminal, "end", () => {
    const buffer = Buffer.alloc(65_536);
    try {
      for (;;) {
        const length = readSync(fd, buffer);
        if (length === 0) return;
        onData(Buffer.from(buffer.subarray(0, length)));
      }
    } catch {
      // EIO: all is read.
    }
  });
}

function pauseAll(child: ChildProcess, paused: boolean): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (paused) stream?.pause();
    else stream?.resume();
  }
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // Gone already.
  }
}
