import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

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
    const holder = holderOf(lock);
    // Nothing is in it yet while the other process is between making and writing it.
    if (holder !== undefined && !isRunning(holder)) rmSync(lock, { force: true });
    return false;
  }
}

function holderOf(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, "utf8")) || undefined;
  } catch {
    return undefined;
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
