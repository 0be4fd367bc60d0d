import { parse } from "./content.js";
import { elementsFromEnd, elementsFromStart } from "./json-elements.js";
import { isAssistant, isSystem, type Message, readMessage } from "./message.js";
import { keepTextJson } from "./text-json.js";

/** In characters. */
const SHORT = 4_096;

/** What the input of a call adds to the session. */
export interface NewInput {
  /** System messages in front of the history. */
  readonly system: readonly Message[];
  /** Messages after the model's last one: what the call answers. */
  readonly newMessages: readonly Message[];
  /** The model's last message before them: it distinguishes equal prompts. */
  readonly previousReply: Message | undefined;
}

/** Reads only the two ends of a chat history: what lies between was exported with earlier calls. */
export function readNewInput(history: unknown): NewInput {
  const input = readWhole(history);
  const newMessages: Message[] = [];
  let previousReply: Message | undefined;
  // Parsed as a whole, where it is short.
  const whole = typeof history === "string" && input !== history ? history : undefined;
  for (const message of fromEnd(input)) {
    if (whole !== undefined && newMessages.length === 0) keepTextJson(message, whole);
    if (!isAssistant(message.role)) newMessages.unshift(message);
    // An assistant message at the very end is the beginning of the reply, put there by the caller.
    else if (newMessages.length > 0) {
      previousReply = message;
      break;
    }
  }
  return { system: previousReply ? leadingSystem(input) : [], newMessages, previousReply };
}

/** How often this message followed this reply before; parses the whole history. */
export function countRepeats(
  input: unknown,
  previousReply: Message | undefined,
  message: Message,
  fingerprint: (message: Message) => string,
): number {
  const [wantedReply, wanted] = [previousReply && fingerprint(previousReply), fingerprint(message)];
  let last: string | undefined;
  let count = 0;
  for (const other of [...fromEnd(input)].reverse()) {
    if (isAssistant(other.role)) last = fingerprint(other);
    else if (last === wantedReply && fingerprint(other) === wanted) count++;
  }
  return Math.max(0, count - 1);
}

function leadingSystem(input: unknown): Message[] {
  const found: Message[] = [];
  for (const message of fromStart(input)) {
    if (!isSystem(message.role)) break;
    found.push(message);
  }
  return found;
}

function fromEnd(input: unknown): Iterable<Message> {
  if (typeof input === "string") return parsed(elementsFromEnd(input));
  return Array.isArray(input) ? read(input.toReversed()) : [];
}

function fromStart(input: unknown): Iterable<Message> {
  if (typeof input === "string") return parsed(elementsFromStart(input));
  return Array.isArray(input) ? read(input) : [];
}

/** Parsing a short history is cheaper than finding its ends. One that was truncated stays text. */
function readWhole(input: unknown): unknown {
  return typeof input === "string" && input.length <= SHORT ? parse(input) : input;
}

function* parsed(elements: Iterable<string>): Generator<Message> {
  for (const element of elements) {
    let value: unknown;
    try {
      value = JSON.parse(element);
    } catch {
      // A truncated history: what follows cannot be trusted to be a message.
      return;
    }
    const message = readMessage(value);
    if (message === undefined) continue;
    if (!isAssistant(message.role)) keepTextJson(message, element);
    yield message;
  }
}

function* read(values: readonly unknown[]): Generator<Message> {
  for (const value of values) {
    const message = readMessage(value);
    if (message) yield message;
  }
}
