import { KrytenValidationError } from "./errors.js";

/** First tokens of every event subject. */
export const SUBJECT_PREFIX = "kryten.events";
/** Longest normalised token, in code points. */
export const MAX_TOKEN_LENGTH = 100;
/** Where the bridge listens for commands and queries. */
export const ROBOT_COMMAND_SUBJECT = "kryten.robot.command";

const MAX_SUBJECT_LENGTH = 255;
const DELETED = /[!@#$%^&*()+=[\]{|}\\:;"'<>,?/]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BLANK_OR_CONTROL = /[\s\u0000-\u001f\u007f-\u009f]/;

/** True when the text holds white space or a control character, both of which end a token on the wire. */
export function holdsBlank(text: string): boolean {
  return BLANK_OR_CONTROL.test(text);
}

/**
 * Turns a channel, event or service name into one subject token, exactly as the bridge does: lower case, no
 * dots, `-` for blanks, no punctuation but `-`, `_`, `~` and backtick, at most {@link MAX_TOKEN_LENGTH}
 * code points. `My Channel!` becomes `my-channel`.
 * @throws KrytenValidationError when a tab, line break or control character remains: the server would read
 * the rest of the subject as a reply address.
 */
export function normalizeToken(text: string): string {
  assertString(text, "a subject token");
  const token = text.toLowerCase().replaceAll(".", "").replaceAll(" ", "-").replace(DELETED, "");
  const kept = [...token].slice(0, MAX_TOKEN_LENGTH).join("");
  if (holdsBlank(kept)) {
    throw new KrytenValidationError("a subject token must not hold white space or control characters");
  }
  return kept;
}

/** The upstream library's name for {@link normalizeToken}. */
export const sanitizeToken = normalizeToken;

function assertString(text: unknown, what: string): asserts text is string {
  if (typeof text !== "string") throw new KrytenValidationError(`${what} must be a string`);
}

function requiredToken(text: string, what: string): string {
  assertString(text, `the ${what}`);
  const token = normalizeToken(text);
  if (token === "")
    throw new KrytenValidationError(`the ${what} leaves no subject token after normalisation`);
  return token;
}

/**
 * Subject of a CyTube event. The domain is accepted for symmetry only: event subjects carry the literal
 * `cytube`, so two bridges with one channel name share them.
 * @throws KrytenValidationError when channel or event normalise to nothing, or the subject is too long
 */
export function buildSubject(_domain: string, channel: string, eventName: string): string {
  const subject = `${SUBJECT_PREFIX}.cytube.${requiredToken(channel, "channel")}.${requiredToken(eventName, "event name")}`;
  if (subject.length > MAX_SUBJECT_LENGTH) {
    throw new KrytenValidationError(`a subject holds at most ${MAX_SUBJECT_LENGTH} characters`);
  }
  return subject;
}

/** Subject on which an event of the bridge stands. @throws KrytenValidationError as {@link buildSubject} */
export function buildEventSubject(event: { domain: string; channel: string; eventName: string }): string {
  if (typeof event !== "object" || event === null)
    throw new KrytenValidationError("the event must be an object");
  return buildSubject(event.domain, event.channel, event.eventName);
}

/** Pattern of every event of a channel. */
export function channelPattern(channel: string): string {
  return `${SUBJECT_PREFIX}.cytube.${requiredToken(channel, "channel")}.>`;
}

/** Subject on which a service takes commands: `kryten.robot.command` for the bridge. */
export function buildCommandSubject(service: string): string {
  return `kryten.${requiredToken(service, "service")}.command`;
}

/** The parts of an event subject. */
export interface ParsedSubject {
  readonly prefix: typeof SUBJECT_PREFIX;
  /** Always the literal third token, `cytube` for the bridge's events; never the CyTube domain. */
  readonly domain: string;
  readonly channel: string;
  readonly eventName: string;
}

/** Takes the subject of an event apart. @throws KrytenValidationError when it is the subject of anything else */
export function parseSubject(subject: string): ParsedSubject {
  assertString(subject, "the subject");
  const [first, second, domain, channel, ...rest] = subject.split(".");
  if (`${first}.${second}` !== SUBJECT_PREFIX || !domain || !channel || rest.length === 0 || rest[0] === "") {
    throw new KrytenValidationError(
      `not an event subject: it has the form ${SUBJECT_PREFIX}.cytube.{channel}.{event}`,
    );
  }
  return { prefix: SUBJECT_PREFIX, domain, channel, eventName: rest.join(".") };
}

/**
 * `nats` validates no subject: a blank in one splits it into subject and reply address on the wire.
 * @throws KrytenValidationError for an empty subject or token, white space, control characters, and for
 * wildcards unless the subject is to be subscribed
 */
export function assertSubject(subject: string, use: "publish" | "subscribe"): void {
  if (typeof subject !== "string" || subject === "") {
    throw new KrytenValidationError("the subject must be a non-empty string");
  }
  if (holdsBlank(subject)) {
    throw new KrytenValidationError("the subject must not hold white space or control characters");
  }
  const tokens = subject.split(".");
  if (tokens.includes("")) throw new KrytenValidationError("the subject must not hold an empty token");
  const open = tokens.indexOf(">");
  if (use === "publish" && (open >= 0 || tokens.includes("*"))) {
    throw new KrytenValidationError("wildcards can be subscribed to, not published on");
  }
  if (open >= 0 && open < tokens.length - 1) {
    throw new KrytenValidationError("the wildcard > must be the last token of a subject");
  }
}
