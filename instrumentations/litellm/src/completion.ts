import { type ChatCompletionChunk, type CompletionUsage, chat } from "@kit/chat-completions";

/** `completion()`, streamed or not. Requests and answers have OpenAI's format, whichever the provider. */
export const completion: typeof chat = {
  ...chat,
  fold(content) {
    const fold = chat.fold?.(content);
    let usage: CompletionUsage | undefined;
    return {
      add(chunk: ChatCompletionChunk) {
        fold?.add(chunk);
        if (chunk.usage != null) usage = addPiece(usage, chunk.usage);
      },
      body: () => ({ ...fold?.body(), usage }),
    };
  },
};

/** In Ollama's streams, each chunk reports the whole prompt, but only its own piece of the answer. */
function addPiece(before: CompletionUsage | undefined, piece: CompletionUsage): CompletionUsage {
  const counted = before?.completion_tokens ?? 0;
  return { ...piece, completion_tokens: counted + (piece.completion_tokens ?? 0) };
}
