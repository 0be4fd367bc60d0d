import { TextLines } from "../text-lines.js";
import { isObject } from "./json.js";

/**
 * Objects of a newline-delimited JSON stream, however it is cut into chunks. Blank lines and lines that are not a
 * JSON object are skipped; a last line without a newline counts.
 */
export async function* readNdjson(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Record<string, unknown>, void, undefined> {
  const text = new TextLines();
  for await (const chunk of chunks) {
    for (const line of text.push(chunk)) yield* parseLine(line);
  }
  yield* parseLine(text.end());
}

function* parseLine(line: string): Generator<Record<string, unknown>> {
  if (line.trim() === "") return;
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) yield value;
  } catch {
    // Servers put stray text between the lines; what decides is the terminal line.
  }
}
