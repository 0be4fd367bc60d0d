import { safely } from "./safely.js";

/** Characters of a question or an answer that a span takes. */
const MAX_LENGTH = 32_768;

/** Whether questions, answers and foreign error messages are recorded, and in what form. */
export class ContentPolicy {
  readonly #capture: boolean;
  readonly #redact: (text: string) => string;

  constructor(capture: boolean, redact: (text: string) => string = (text) => text) {
    this.#capture = capture;
    this.#redact = redact;
  }

  /** The text redacted and cut; undefined when content is not captured, or could not be redacted. */
  prepare(text: string | null | undefined): string | undefined {
    if (!this.#capture || text == null) return undefined;
    const redacted = safely(() => String(this.#redact(text)));
    return redacted === undefined ? undefined : cut(redacted);
  }
}

/** Half a surrogate pair is no character: an exporter would write it as a replacement mark. */
function cut(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const last = text.charCodeAt(MAX_LENGTH - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_LENGTH - 1 : MAX_LENGTH);
}
