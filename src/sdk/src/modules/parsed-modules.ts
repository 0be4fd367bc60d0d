import type { Session } from "node:inspector";
import { setImmediate } from "node:timers";
import { fileURLToPath } from "node:url";
import { attempt } from "../attempt.js";

/**
 * Hears of the ES modules that Node parses. No program can list them, but a debugger is told of every script there is:
 * of all of them when it comes, which is what it costs, and then of each. So it stays until the event loop goes round,
 * since an application that requires one ES module at its start requires many.
 */
export class ParsedModules {
  #session: Session | undefined;
  #files: string[] = [];

  /** Files of the modules that were parsed since this was last asked, or at all since the event loop went round. */
  next(): string[] {
    // A Node without inspector, or one that forbids it: the application can still patch by hand.
    if (this.#session === undefined) attempt(() => this.#open());
    const files = this.#files;
    this.#files = [];
    return files;
  }

  close(): void {
    this.#session?.disconnect();
    this.#session = undefined;
    this.#files = [];
  }

  #open(): void {
    const { Session } = process.getBuiltinModule("node:inspector");
    const session = new Session();
    session.connect();
    this.#session = session;
    session.on("Debugger.scriptParsed", ({ params: { url, isModule } }) => {
      if (isModule && url.startsWith("file:")) this.#files.push(fileURLToPath(url.replace(/[?#].*/, "")));
    });
    session.post("Debugger.enable");
    // Or a `debugger` statement of the application would stop this very thread for ever.
    session.post("Debugger.setSkipAllPauses", { skip: true });
    setImmediate(() => this.close()).unref();
  }
}
