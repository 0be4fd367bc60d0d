import { parse } from "./content.js";
import { elementsFromEnd, elementsFromStart } from "./json-elements.js";
import { isAssistant, isSystem, type Message, readMessage } from "./message.js";

const SHORT = 4_096;

/** What a call's input adds to the conversation. */
export interface NewInput {
  /** System messages in front of the history. */
  readonly system: readonly Message[];
  /** Messages after the model's last one: what the call answers. */
  readonly fresh: readonly Message[];
  /** The model's last message, which tells equal prompts apart. */
  readonly anchor: Message | undefined;
}

/** Reads the ends of a chat history and leaves the middle, which was told before, alone. */
export function readNewInput(history: unknown): NewInput {
  const input = readWhole(history);
  const fresh: Message[] = [];
  let anchor: Message | undefined;
  for (const message of fromEnd(input)) {
    if (!isAssistant(message.role)) fresh.unshift(message);
    // An assistant message at the very end is the beginning of the reply, put there by the caller.
    else if (fresh.length > 0) {
      anchor = message;
      break;
    }
  }
  return { system: anchor ? leadingSystem(input) : [], fresh, anchor };
}

/** How often this message followed this answer before, in a history that is read in full. */
export function countRepeats(
  input: unknown,
  anchor: Message | undefined,
  message: Message,
  fingerprint: (message: Message) => string,
): number {
  const [wantedAnchor, wanted] = [anchor && fingerprint(anchor), fingerprint(message)];
  let last: string | undefined;
  let count = 0;
  for (const other of [...fromEnd(input)].reverse()) {
    if (isAssistant(other.role)) last = fingerprint(other);
    else if (last === wantedAnchor && fingerprint(other) === wanted) count++;
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

function* fromEnd(input: unknown): Generator<Message> {
  if (typeof input === "string") yield* parsed(elementsFromEnd(input));
  else if (Array.isArray(input)) yield* read(input.toReversed());
}

function* fromStart(input: unknown): Generator<Message> {
  if (typeof input === "string") yield* parsed(elementsFromStart(input));
  else if (Array.isArray(input)) yield* read(input);
}

/** A short history is read sooner than its ends are found. One that was cut stays text. */
function readWhole(input: unknown): unknown {
  return typeof input === "string" && input.length <= SHORT ? parse(input) : input;
}

function* parsed(elements: Iterable<string>): Generator<Message> {
  for (const element of elements) {
    let value: unknown;
    try {
      value = JSON.parse(element);
    } catch {
      // A history cut in the middle: what follows cannot be trusted to be a message.
      return;
    }
    const message = readMessage(value);
    if (message) yield message;
  }
}

function* read(values: readonly unknown[]): Generator<Message> {
  for (const value of values) {
    const message = readMessage(value);
    if (message) yield message;
  }
}
