/** Where message content was asked to go. */
export interface CaptureMode {
  readonly onSpan: boolean;
  readonly onEvent: boolean;
}

/** The values of the content switch. */
export type CaptureSwitch = "NO_CONTENT" | "SPAN_ONLY" | "EVENT_ONLY" | "SPAN_AND_EVENT";

/** Reads the switch: nothing is captured unless it says so. */
export function captureMode(value: CaptureSwitch = "NO_CONTENT"): CaptureMode {
  return {
    onSpan: value === "SPAN_ONLY" || value === "SPAN_AND_EVENT",
    onEvent: value === "EVENT_ONLY" || value === "SPAN_AND_EVENT",
  };
}
