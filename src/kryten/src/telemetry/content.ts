import type { Attributes } from "@opentelemetry/api";
import { quietly } from "../quietly.js";

/** Chat text and names of people, recorded only when the application asked for content. */
export interface Content {
  readonly text?: string | undefined;
  readonly user?: string | undefined;
  readonly key?: string | undefined;
}

const MAX_BYTES = 1024;

/** Decides whether content is recorded, and in what form. */
export class ContentPolicy {
  readonly capture: boolean;
  readonly #redact: (text: string) => string;

  constructor(capture: boolean | undefined, redact: ((text: string) => string) | undefined) {
    this.capture = capture ?? readSwitch(process.env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT);
    this.#redact = redact ?? ((text) => text);
  }

  attributes(content: Content | undefined): Attributes {
    if (!this.capture || !content) return {};
    const attributes: Attributes = {};
    if (content.text !== undefined) attributes["kryten.message.text"] = this.prepare(content.text);
    if (content.user !== undefined) attributes["kryten.user.name"] = this.prepare(content.user);
    if (content.key !== undefined) attributes["kryten.kv.key"] = this.prepare(content.key);
    return attributes;
  }

  /** Redacted, then cut at 1 KiB of UTF-8 without splitting a character. */
  prepare(text: string): string {
    // What could not be redacted is not recorded.
    const bytes = Buffer.from(quietly(() => String(this.#redact(text))) ?? "", "utf8");
    if (bytes.length <= MAX_BYTES) return bytes.toString("utf8");
    let end = MAX_BYTES;
    while ((bytes[end]! & 0xc0) === 0x80) end--;
    return bytes.toString("utf8", 0, end);
  }
}

/** The switch of the GenAI conventions: content on spans, or not. */
function readSwitch(value: string | undefined): boolean {
  return ["true", "1", "span_only", "span_and_event"].includes(value?.trim().toLowerCase() ?? "");
}
