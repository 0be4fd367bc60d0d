/** Most bytes of such an answer that are copied. */
const MAX_BYTES = 2 ** 20;

interface Copyable {
  readonly headers: { get(name: string): string | null };
  clone(): { readonly body: AsyncIterable<Uint8Array> | null };
}

/**
 * Reads a copy of an answer that was asked for as a stream and came as plain JSON, as from a gateway that ignores
 * `stream` or fails with status 200. SDKs look for events in it and hand out a stream without chunks. Resolves to
 * `undefined` for anything else, and as soon as `isStream` says that a chunk came after all. Never rejects.
 */
export async function readUnstreamed(response: unknown, isStream: () => boolean): Promise<unknown> {
  try {
    const { body } = (response as Copyable).clone();
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of body ?? []) {
      size += piece.length;
      if (isStream() || size > MAX_BYTES) return undefined;
      pieces.push(piece);
    }
    return JSON.parse(Buffer.concat(pieces).toString());
  } catch {
    return undefined;
  }
}

/** Whether a response says that its body is JSON. */
export function isJsonResponse(response: unknown): boolean {
  const type = (response as Partial<Copyable> | undefined)?.headers?.get("content-type");
  return type?.startsWith("application/json") === true;
}
