import { KIT_ATTR } from "@kit/genai/core";
import { attempt } from "../attempt.js";
import { cutText, toSafeJson } from "../safe-json.js";
import { readName } from "../scope/kinds.js";
import { toObject } from "../scope/logged-scope.js";
import { recordMoment } from "./moment.js";

/** Longest JSON of an event. With what an exporter adds, it stays below the 16 KiB that AgentPulse accepts. */
const MAX_DATA = 12_288;
const MAX_NAME = 256;

/**
 * Records that something happened, as a zero-length span in the current trace. `data` becomes JSON of at most 12,288
 * characters; anything that is not an object becomes `{ value }`. Never throws.
 */
export function event(name: string, data?: unknown): void {
  attempt(() => {
    const shown = cutText(readName(name), MAX_NAME);
    recordMoment(`event ${shown}`, { [KIT_ATTR.kind]: "event", [KIT_ATTR.eventName]: shown }, () =>
      data === undefined ? {} : { [KIT_ATTR.eventData]: toSafeJson(toObject(data), MAX_DATA) },
    );
  });
}
