import { readTokenUsage, type TokenUsage } from "@kit/chat-completions";
import {
  type Call,
  type Fold,
  type Foreign,
  KIT_ATTR,
  TextBuilder,
  textMessage,
  toMediaPart,
} from "@kit/genai";
import type OpenAI from "openai";

type ImagesBody = Foreign<OpenAI.ImagesResponse> & { svg_usage?: TokenUsage | null };
type ImageEvent = Foreign<OpenAI.ImageEditStreamEvent | OpenAI.ImageGenStreamEvent>;
type Transcript = Foreign<OpenAI.Audio.TranscriptionCreateResponse>;
type TranscriptEvent = Foreign<OpenAI.Audio.TranscriptionStreamEvent>;

/** `POST /images/generations`, `/images/edits` and `/images/variations`, each an operation of its own. */
export function images(
  operation: string,
): Call<[Partial<OpenAI.ImageGenerateParams>], ImagesBody, ImageEvent> {
  return {
    request: (params) => ({
      operation,
      model: params.model,
      outputType: "image",
      choiceCount: params.n,
      content: () => readPrompt(params.prompt),
    }),
    response: ({ data, usage, svg_usage: svg }) => ({
      usage: readTokenUsage(usage, svg),
      attributes: { [KIT_ATTR.imageCount]: data?.length ?? 0 },
      content: () => ({ outputMessages: [{ role: "assistant", parts: data?.map(readImage) ?? [] }] }),
    }),
    fold: foldImages,
  };
}

/** `POST /audio/speech`. The audio itself is never read. */
export const speech: Call<[Partial<OpenAI.Audio.SpeechCreateParams>]> = {
  request: (params) => ({
    operation: "speech",
    model: params.model,
    outputType: "speech",
    content: () => readPrompt(params.input),
  }),
};

/** `POST /audio/transcriptions` and `/audio/translations`, each an operation of its own. */
export function transcript(
  operation: string,
): Call<[Partial<OpenAI.Audio.TranscriptionCreateParams>], Transcript | string, TranscriptEvent> {
  return {
    request: (params) => ({
      operation,
      model: params.model,
      temperature: params.temperature,
      outputType: "text",
      content: () => readPrompt(params.prompt),
    }),
    response: (body) => readTranscript(typeof body === "string" ? { text: body } : body),
    fold: foldTranscript,
  };
}

function readTranscript({ text, duration, usage }: Transcript) {
  const seconds = usage?.seconds ?? Number(duration ?? Number.NaN);
  return {
    usage: readTokenUsage(usage),
    ...(Number.isFinite(seconds) && { attributes: { [KIT_ATTR.audioDuration]: seconds } }),
    content: () => (text == null ? {} : { outputMessages: [textMessage("assistant", text)] }),
  };
}

function readPrompt(prompt: string | undefined) {
  return prompt === undefined ? {} : { inputMessages: [textMessage("user", prompt)] };
}

function readImage({ url, b64_json: data }: NonNullable<ImagesBody["data"]>[number]) {
  return toMediaPart("image", { url, data }) ?? { type: "x_image" as const };
}

/** Partial images come first; each `completed` event carries a final image. */
function foldImages(content: boolean): Fold<ImageEvent, ImagesBody> {
  const data: NonNullable<ImagesBody["data"]> = [];
  const body: ImagesBody = { data };
  return {
    add({ type, usage, b64_json }) {
      if (usage != null) body.usage = usage;
      if (type?.endsWith(".completed")) data.push(content ? { b64_json } : {});
    },
    body: () => body,
  };
}

/** The last event carries the whole text; the pieces count only if the stream ends before it. */
function foldTranscript(content: boolean): Fold<TranscriptEvent, Transcript> {
  const body: Transcript = {};
  const pieces = new TextBuilder();
  return {
    add({ delta, text, type, usage }) {
      if (usage != null) body.usage = usage;
      if (!content) return;
      if (delta != null) pieces.add(delta);
      if (type === "transcript.text.done") body.text = text;
    },
    body: () => ({ ...body, text: body.text ?? (String(pieces) || null) }),
  };
}
