import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { it } from "vitest";
import { findNode } from "./nodes.js";

/** OpenTelemetry 3.x needs Node 22.15 or newer. */
const PAIRS = [
  [2, 20],
  [2, 22],
  [2, 24],
  [3, 22],
  [3, 24],
] as const;

/** An application on one line of OpenTelemetry and one Node, with our span processor or OpenTelemetry's batching one. */
export interface OtelApplication {
  readonly line: number;
  readonly major: number;
  readonly processor: "ours" | "batch";
  /** Runs it to its end; resolves to what it printed. */
  run(env: Readonly<Record<string, string>>): Promise<string>;
}

/**
 * Tests the same on every pair, with a program beside the test that takes the line and the processor as arguments. A
 * Node that cannot be installed is said to be absent.
 */
export function itOnOtelLines(
  name: string,
  program: URL,
  test: (application: OtelApplication) => Promise<void>,
): void {
  for (const [line, major] of PAIRS) {
    const node = findNode(major);
    if (node === undefined) {
      it.skip(`Node ${major} cannot be installed here, for OpenTelemetry ${line}.x`, () => {});
      continue;
    }
    it.each(["ours", "batch"] as const)(
      `${name} on OpenTelemetry ${line}.x and Node ${major}, processor: %s`,
      async (processor) => {
        const run = async (env: Readonly<Record<string, string>>) => {
          const args = [fileURLToPath(program), `${line}`, processor];
          const { stdout } = await promisify(execFile)(node, args, { env: { ...process.env, ...env } });
          return stdout;
        };
        await test({ line, major, processor, run });
      },
    );
  }
}
