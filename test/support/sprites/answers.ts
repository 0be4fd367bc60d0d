import type { IncomingMessage, ServerResponse } from "node:http";
import type { Faults } from "./faults.js";

/** One REST request as the routes see it. */
export interface Asked {
  readonly method: string;
  /** Path below the sandbox, as decoded segments. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** An answer: JSON by default, or bytes, or lines that come one by one. */
export type Answer =
  | { readonly status: number; readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: 200; readonly bytes: Buffer }
  | { readonly status: 200; readonly text: string }
  | { readonly status: 200; readonly lines: AsyncIterable<object> | Iterable<object> };

export const NOT_FOUND = { status: 404, json: { error: "not_found", message: "no such thing" } } as const;
const LINE_GAP_MS = 5;

export function jsonBody(asked: Asked): Record<string, unknown> {
  return asked.body.length > 0 ? (JSON.parse(asked.body.toString()) as Record<string, unknown>) : {};
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function sendAnswer(response: ServerResponse, answer: Answer, faults: Faults): Promise<void> {
  response.setHeader("Sprite-Version", "v0.0.1-rc46");
  if ("lines" in answer) await sendLines(response, answer.lines, faults);
  else if ("bytes" in answer) end(response, 200, "application/octet-stream", answer.bytes);
  else if ("text" in answer) end(response, 200, "text/plain", answer.text);
  else {
    const { status, json, headers = {} } = answer;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const body = typeof json === "string" || json === undefined ? (json ?? "") : JSON.stringify(json);
    end(response, status, json === undefined ? undefined : "application/json", body);
  }
}

function end(
  response: ServerResponse,
  status: number,
  type: string | undefined,
  body: Buffer | string,
): void {
  response.writeHead(status, type === undefined ? {} : { "Content-Type": type });
  response.end(body);
}

async function sendLines(
  response: ServerResponse,
  lines: AsyncIterable<object> | Iterable<object>,
  faults: Faults,
): Promise<void> {
  response.writeHead(200, { "Content-Type": "application/x-ndjson" });
  const canned = faults.progress?.map((line) => `${line}\n`);
  for await (const text of canned ?? asText(lines, faults)) {
    const bytes = Buffer.from(text);
    const size = faults.progressBytes ?? bytes.length;
    for (let start = 0; start < bytes.length; start += size) {
      response.write(bytes.subarray(start, start + size));
      if (size < bytes.length) await pause(1);
    }
    await pause(LINE_GAP_MS);
  }
  if (faults.progressTruncated === "reset") response.destroy();
  else response.end();
}

async function* asText(
  lines: AsyncIterable<object> | Iterable<object>,
  faults: Faults,
): AsyncGenerator<string> {
  for await (const line of lines) {
    const terminal = "type" in line && line.type === "complete";
    if (terminal && faults.progressTruncated) return;
    const sent = terminal && faults.progressError ? { type: "error", error: faults.progressError } : line;
    yield `${JSON.stringify(sent)}\n`;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
