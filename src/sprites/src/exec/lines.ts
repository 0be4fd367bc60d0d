import { TextLines } from "../text-lines.js";
import type { OutputChunk } from "./output.js";

type Lines = AsyncGenerator<string, void, undefined>;

interface Chunks extends AsyncIterable<OutputChunk> {
  return(value?: undefined): Promise<unknown>;
}

/** The lines of a byte stream as text. Terminals end lines with CRLF. */
export function readLines(chunks: Chunks): Lines {
  let left = false;
  const lines = split(chunks, () => left);
  const leave = lines.return.bind(lines);
  // A generator cannot be left while it waits for the next chunk, but the chunks can.
  lines.return = async () => {
    left = true;
    await chunks.return();
    return leave();
  };
  return lines;
}

async function* split(chunks: Chunks, isLeft: () => boolean): Lines {
  const text = new TextLines();
  for await (const { data } of chunks) {
    for (const line of text.push(data)) yield withoutReturn(line);
  }
  const last = text.end();
  if (last !== "" && !isLeft()) yield withoutReturn(last);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
