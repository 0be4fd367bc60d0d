import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The program that a variable names, or one of these on the PATH. */
function findProgram(variable: string, ...names: readonly string[]): string | undefined {
  const named = process.env[variable];
  if (named) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** Jaeger 2; its page only shows where it was built in, or JAEGER_UI names a folder with it. */
export const JAEGER = findProgram("JAEGER_BIN", "jaeger");
export const JAEGER_UI = process.env.JAEGER_UI;
/** An OpenTelemetry Collector with the parts that examples/collector/config.yaml names. */
export const COLLECTOR = findProgram("OTELCOL_BIN", "otelcol-contrib", "otelcol");
/** A LiteLLM proxy: `pip install 'litellm[proxy]'`. */
export const LITELLM = findProgram("LITELLM_BIN", "litellm");
/** A registry for npm packages: `npm install verdaccio` in a folder of its own. */
export const VERDACCIO = findProgram("VERDACCIO_BIN", "verdaccio");
