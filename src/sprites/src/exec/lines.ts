import type { OutputChunk } from "./output.js";

/** Text lines of a byte stream that may be cut anywhere. Terminals end lines with CRLF. */
export async function* readLines(
  chunks: AsyncIterable<OutputChunk>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const { data } of chunks) {
    const lines = (rest + decoder.decode(data, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield withoutReturn(line);
  }
  rest += decoder.decode();
  if (rest !== "") yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
