import { KIT_ATTR } from "@kit/genai/core";
import { attempt } from "../attempt.js";
import { cutText, toSafeJson, toText } from "../safe-json.js";
import { recordMoment } from "./moment.js";

/** How bad it is. */
type AlertSeverity = "info" | "warning" | "critical";

const SEVERITIES: ReadonlySet<string> = new Set<AlertSeverity>(["info", "warning", "critical"]);
const MAX_MESSAGE = 1_000;
const MAX_DETAILS = 4_096;

/**
 * Records that something needs attention, as a zero-length span in the current trace. An unknown severity counts as
 * `warning`; `details` that are not a string become JSON of at most 4,096 characters. Never throws.
 */
export function alert(message: string, severity: AlertSeverity = "warning", details?: unknown): void {
  attempt(() => {
    const known = SEVERITIES.has(severity) ? severity : "warning";
    recordMoment("alert", { [KIT_ATTR.kind]: "alert", [KIT_ATTR.alertSeverity]: known }, () => ({
      [KIT_ATTR.alertMessage]: cutText(toText(message), MAX_MESSAGE),
      ...(details != null && { [KIT_ATTR.alertDetails]: readDetails(details) }),
    }));
  });
}

function readDetails(details: unknown): string {
  return typeof details === "string" ? cutText(details, MAX_DETAILS) : toSafeJson(details, MAX_DETAILS);
}
