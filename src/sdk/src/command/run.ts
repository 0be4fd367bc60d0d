import { parseArgs } from "node:util";
import { createPaint } from "../tree/paint.js";
import { VERSION } from "../version.js";
import { readCosts, renderCosts } from "./costs.js";
import { renderStatus, renderTest } from "./render.js";
import { readStatus } from "./status.js";
import { sendTest } from "./test-trace.js";

const HELP = `kit-telemetry ${VERSION}: what the kit would do here, and whether it works

  npx @kit/sdk status           configuration, mistakes in it, libraries found,
                                and what each backend answers
  npx @kit/sdk test             sends one trace to every configured backend
  npx @kit/sdk costs [model…]   US dollars per million tokens

  --all             status: settings at their defaults, too
  --env-file <file> variables as \`node --env-file\` would set them
  --timeout <s>     longest wait for a backend, in seconds; status 2, test 10
  --prices <file>   costs: JSON as the option \`prices\` of init takes it
  --json            for programs
  --help, --version

Exit code: 0 all is well, 1 something is not, 2 the command line is wrong.
What a program passes to init() is not known here, only its environment.
`;

const OPTIONS = {
  all: { type: "boolean" },
  timeout: { type: "string" },
  "env-file": { type: "string" },
  prices: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

/** What a command found out: for programs, for people, and whether all is well. */
interface Outcome {
  readonly ok: boolean;
  readonly report: unknown;
  readonly text: string;
}

/** A command line that cannot be understood. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Runs a command line; never rejects. */
export async function run(args: string[]): Promise<void> {
  // Requests to backends do not keep the process alive.
  const hold = setInterval(() => {}, 60_000);
  try {
    const { values, positionals } = parse(args);
    if (values.help) return end(0, HELP);
    if (values.version) return end(0, `${VERSION}\n`);
    if (values["env-file"] !== undefined) process.loadEnvFile(values["env-file"]);
    const { ok, report, text } = await dispatch(positionals, values);
    end(ok ? 0 : 1, values.json ? `${JSON.stringify(report, null, 2)}\n` : text);
  } catch (error) {
    const usage = error instanceof UsageError;
    const message = error instanceof Error ? error.message : String(error);
    end(usage ? 2 : 1, `kit-telemetry: ${message}\n${usage ? `\n${HELP}` : ""}`, process.stderr);
  } finally {
    clearInterval(hold);
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function dispatch(
  [command, ...rest]: readonly string[],
  {
    all = false,
    prices,
    timeout,
  }: { readonly [name in "prices" | "timeout"]?: string } & { readonly all?: boolean },
): Promise<Outcome> {
  const paint = createPaint(process.stdout, process.env);
  if (command === "costs") {
    const report = readCosts(rest, prices);
    return { ok: report.unknown.length === 0, report, text: renderCosts(report) };
  }
  if (rest.length > 0) throw new UsageError(`${command} takes no argument, but got "${rest[0]}"`);
  if (command === "status") {
    const report = await readStatus(process.cwd(), toMs(timeout, 2));
    return { ok: report.ok, report, text: renderStatus(report, paint, all) };
  }
  if (command === "test") {
    const report = await sendTest(toMs(timeout, 10));
    return { ok: report.ok, report, text: renderTest(report, paint) };
  }
  throw new UsageError(command === undefined ? "no command given" : `unknown command "${command}"`);
}

function toMs(timeout: string | undefined, fallback: number): number {
  const seconds = timeout === undefined ? fallback : Number(timeout);
  if (seconds > 0 && seconds <= 3600) return Math.ceil(seconds * 1000);
  throw new UsageError(`--timeout "${timeout}": expected seconds above 0, at most 3600`);
}

/** Exits once the text is written, whatever request still hangs: `process.exit` alone would cut it off in a pipe. */
function end(code: number, text: string, stream: NodeJS.WriteStream = process.stdout): void {
  process.exitCode = code;
  // The reader may be gone, as with `| head`.
  stream.on("error", () => {});
  stream.write(text, () => process.exit());
}
