import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Nothing here takes longer; the number of a process that is gone may be that of another by now. */
const LONGEST_MS = 600_000;

/**
 * Does what no two processes of this machine may do at a time, such as installing the same thing: npm and apt leave
 * things half done for the second. Waits its turn; one whose process is gone is no longer waited for.
 */
export function alone<T>(name: string, work: () => T): T {
  const lock = join(tmpdir(), `kit-alone-${process.getuid?.() ?? 0}-${name}`);
  while (!isTaken(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isTaken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    if (isLeftBehind(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isLeftBehind(lock: string): boolean {
  try {
    const holder = Number(readFileSync(lock, "utf8"));
    // Nothing is in it yet while the other process is between making and writing it.
    const isGone = holder !== 0 && !isRunning(holder);
    return isGone || Date.now() - statSync(lock).mtimeMs > LONGEST_MS;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
