import { TextLines } from "../text-lines.js";
import type { OutputChunk } from "./output.js";

/** Text lines of a byte stream that may be cut anywhere. Terminals end lines with CRLF. */
export async function* readLines(
  chunks: AsyncIterable<OutputChunk>,
): AsyncGenerator<string, void, undefined> {
  const text = new TextLines();
  for await (const { data } of chunks) {
    for (const line of text.push(data)) yield withoutReturn(line);
  }
  const last = text.end();
  if (last !== "") yield withoutReturn(last);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
