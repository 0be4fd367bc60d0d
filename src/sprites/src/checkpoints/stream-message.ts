import { isObject, readString } from "../rest/json.js";

/** One line of progress from a checkpoint or restore. */
export interface StreamMessage {
  /** `info`, `progress`, `stdout`, `stderr`; `complete` and `error` end the operation. */
  readonly type: string;
  /** For people; empty when the server sent none. */
  readonly message: string;
  /** When the server wrote the line; when it came, if the server did not say. */
  readonly time: Date;
  /** What went wrong, for type `error`; else empty. */
  readonly error: string;
  /** Details, when the server sent an object; else empty. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The line as it was sent. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** The server puts the text into `data`; older ones put text into `message` and details into `data`. */
export function readStreamMessage(line: Record<string, unknown>, receivedAt = new Date()): StreamMessage {
  const error = readString(line.error) ?? "";
  const time = readString(line.time);
  return {
    type: readString(line.type) ?? "",
    message: readString(line.message) ?? readString(line.data) ?? error,
    time: time === undefined ? receivedAt : new Date(time),
    error,
    data: isObject(line.data) ? line.data : {},
    raw: line,
  };
}
