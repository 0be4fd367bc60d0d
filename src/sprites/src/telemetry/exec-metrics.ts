import { type Attributes, metrics } from "@opentelemetry/api";
import type { Config } from "../config.js";
import { VERSION } from "../version.js";
import { SCOPE } from "./tracing.js";

/** Counts a command as running; the returned function records that, and how, it ended. */
export function measureExec(config: Config, tty: boolean): (failure?: string) => void {
  const meter = (config.meterProvider ?? metrics).getMeter(SCOPE, VERSION);
  const active = meter.createUpDownCounter("sprites.exec.active", {
    unit: "{command}",
    description: "Commands with an open connection",
  });
  const duration = meter.createHistogram("sprites.exec.duration", {
    unit: "s",
    description: "From dialling to the exit code, the loss of the connection, or detaching",
  });
  const attributes: Attributes = { "sprites.exec.tty": tty };
  const began = performance.now();
  active.add(1, attributes);
  return (failure) => {
    active.add(-1, attributes);
    duration.record((performance.now() - began) / 1000, {
      ...attributes,
      ...(failure !== undefined && { "error.type": failure }),
    });
  };
}
