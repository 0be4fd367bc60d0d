import { isObject } from "../rest/json.js";

/** First byte of a binary message without TTY. With TTY, binary messages are raw terminal bytes. */
export const STREAM = { stdin: 0, stdout: 1, stderr: 2, exit: 3, stdinEof: 4 } as const;

/** What a text frame says. */
export type ControlFrame =
  | { readonly kind: "session"; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "port"; readonly opened: boolean; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "debug" }
  | { readonly kind: "unknown" };

export function readControlFrame(text: string): ControlFrame {
  const fields = parseObject(text);
  switch (fields?.type) {
    case "session_info":
      return { kind: "session", fields };
    case "exit":
      return Number.isInteger(fields.exit_code)
        ? { kind: "exit", code: (fields.exit_code as number) & 0xff }
        : { kind: "unknown" };
    case "port_opened":
    case "port_closed":
      return { kind: "port", opened: fields.type === "port_opened", fields };
    case "error":
      return {
        kind: "error",
        message: String(fields.message ?? fields.error ?? "the server reported an error"),
      };
    case "debug":
      return { kind: "debug" };
    default:
      return { kind: "unknown" };
  }
}

/** One stdin message. TTY sessions take the bytes as they are. */
export function stdinFrame(payload: Uint8Array, tty: boolean): Uint8Array {
  if (tty) return payload;
  const frame = Buffer.allocUnsafe(payload.byteLength + 1);
  frame[0] = STREAM.stdin;
  frame.set(payload, 1);
  return frame;
}

export const STDIN_EOF_FRAME = Buffer.of(STREAM.stdinEof);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
