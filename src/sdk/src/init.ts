import { diag } from "@opentelemetry/api";
import { Configuration } from "./configuration.js";
import { currentKit, INACTIVE, type Kit, setCurrentKit } from "./kit.js";
import { createLog, reportsOf } from "./log.js";
import { switchMarks } from "./marks-switch.js";
import { isDisabled } from "./settings/disabled.js";
import { readOptions } from "./settings/given-components.js";
import type { InitOptions } from "./settings/options.js";
import { readDebug, readLogLevel } from "./settings/settings.js";
import { start } from "./start.js";

/** Like the package's `init`, but without the functions for manual instrumentation: for the hook. */
export function init(given?: InitOptions): Kit {
  const problems: string[] = [];
  const options = readOptions(given, (problem) => problems.push(problem));
  const running = currentKit();
  if (running != null) {
    if (Object.keys(options).length > 0) {
      diag.info("@kit/sdk: the kit runs already; the options of this call have no effect.");
    }
    return running;
  }
  const configuration = new Configuration(process.env, (problem) => problems.push(problem));
  const disabled = isDisabled(options, configuration);
  const log = createLog(readLogLevel(options, configuration), !disabled && readDebug(options, configuration));
  configuration.report = reportsOf(log);
  for (const problem of problems) configuration.report(problem);
  // While disabled, manual instrumentation must not record through the application's own provider either.
  switchMarks(!disabled);
  if (disabled) return INACTIVE;
  try {
    const kit = start(options, configuration, log);
    setCurrentKit(kit);
    return kit;
  } catch (error) {
    log.warn(`could not start, the application runs without telemetry: ${String(error)}`);
    return INACTIVE;
  }
}

/**
 * Instruments a library that no hook has seen because it is inside a bundle: pass what `import * as sdk` or `require`
 * returned, or its main class, and its name if a bundler renamed its exports. Returns `false` before `init`, and for
 * anything the kit does not know.
 */
export function patch(module: unknown, library?: string): boolean {
  return currentKit()?.patch(module, library) ?? false;
}

/** Sends everything recorded so far. Has no effect before `init`. */
export async function flush(): Promise<void> {
  await currentKit()?.flush();
}

/** Stops the kit that `init` started. Has no effect before `init`. */
export async function shutdown(): Promise<void> {
  await currentKit()?.shutdown();
}
