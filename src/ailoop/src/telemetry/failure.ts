/** Where it happened. The first lines of a stack repeat the message, so only the frames are kept. */
export function framesOf(error: Error): string {
  const frames = (error.stack ?? "").replace(error.message, "").split("\n");
  return frames.filter((line) => line.trimStart().startsWith("at ")).join("\n");
}

/** What a handler threw, for logs: not in its own words, which may quote the message that it was given. */
export function describeThrown(error: unknown): string {
  if (!(error instanceof Error)) return `a value of type ${typeof error}`;
  return [error.name, framesOf(error)].filter(Boolean).join("\n");
}
