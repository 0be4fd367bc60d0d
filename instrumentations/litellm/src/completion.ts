import { type ChatCompletionChunk, type CompletionUsage, chat } from "@kit/chat-completions";

/** `completion()`, streamed or not: asked and answered in the format of OpenAI, whichever provider it is. */
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

/** Of Ollama's streams each chunk tells the whole prompt again, and of the answer its own piece. */
function addPiece(before: CompletionUsage | undefined, piece: CompletionUsage): CompletionUsage {
  const counted = before?.completion_tokens ?? 0;
  return { ...piece, completion_tokens: counted + (piece.completion_tokens ?? 0) };
}
