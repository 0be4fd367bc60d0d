import { isObject } from "./json.js";

/**
 * Objects of a newline-delimited JSON stream, however it is cut into chunks. Blank lines and lines that are not a
 * JSON object are skipped; a last line without a newline counts.
 */
export async function* readNdjson(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Record<string, unknown>, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield* parseLine(line);
  }
  yield* parseLine(rest + decoder.decode());
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
