import type { Configuration } from "../configuration.js";
import type { InitOptions } from "./options.js";

/** Whether the application runs as if the kit were not there. */
export function isDisabled(options: InitOptions, configuration: Configuration): boolean {
  const enabled = configuration.boolean({ option: "enabled", value: options.enabled }, true);
  if (!enabled || options.enabled === true) return !enabled;
  return (
    !configuration.boolean({ variables: ["AGENTPULSE_ENABLED"] }, true) ||
    configuration.boolean({ variables: ["OTEL_SDK_DISABLED"] }, false)
  );
}
