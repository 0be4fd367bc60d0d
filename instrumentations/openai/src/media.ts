import { readTokenUsage, type TokenUsage } from "@kit/chat-completions";
import { type Call, type Content, type Fold, KIT_ATTR, textMessage, toMediaPart } from "@kit/genai";
import type { SpeechCreateParams } from "openai/resources/audio/speech";
import type { TranscriptionCreateParams } from "openai/resources/audio/transcriptions";
import type { ImageGenerateParams } from "openai/resources/images";

interface Image {
  url?: string;
  b64_json?: string;
}

interface ImagesBody {
  data?: readonly Image[];
  usage?: TokenUsage;
}

interface ImageEvent extends Image {
  type?: string;
  usage?: TokenUsage;
}

/** `POST /images/generations`, `/images/edits` and `/images/variations`, each an operation of its own. */
export function images(operation: string): Call<[Partial<ImageGenerateParams>], ImagesBody, ImageEvent> {
  return {
    request: (params) => ({
      operation,
      model: params.model,
      outputType: "image",
      choiceCount: params.n,
      content: () => readPrompt(params.prompt),
    }),
    response: ({ data = [], usage }) => ({
      usage: readTokenUsage(usage),
      attributes: { [KIT_ATTR.imageCount]: data.length },
      content: () => ({ outputMessages: [{ role: "assistant", parts: data.map(readImage) }] }),
    }),
    fold: foldImages,
  };
}

/** `POST /audio/speech`. The answer is the raw sound, which is the application's alone. */
export const speech: Call<[Partial<SpeechCreateParams>]> = {
  request: (params) => ({
    operation: "speech",
    model: params.model,
    outputType: "speech",
    content: () => readPrompt(params.input),
  }),
};

interface Transcript {
  text?: string;
  duration?: number | string;
  usage?: TokenUsage & { type?: string; seconds?: number };
  /** Of an event, where the transcript is streamed. */
  type?: string;
}

/** `POST /audio/transcriptions` and `/audio/translations`, each an operation of its own. */
export function transcript(
  operation: string,
): Call<[Partial<TranscriptionCreateParams>], Transcript | string, Transcript> {
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

function readTranscript({ text = "", duration, usage }: Transcript) {
  const seconds = usage?.seconds ?? Number(duration ?? Number.NaN);
  return {
    usage: readTokenUsage(usage),
    ...(Number.isFinite(seconds) && { attributes: { [KIT_ATTR.audioDuration]: seconds } }),
    content: () => ({ outputMessages: [textMessage("assistant", text)] }),
  };
}

function readPrompt(prompt: string | undefined): Content {
  return prompt === undefined ? {} : { inputMessages: [textMessage("user", prompt)] };
}

function readImage({ url, b64_json: data }: Image) {
  return toMediaPart("image", { url, data }) ?? { type: "x_image" as const };
}

/** Partial images come first; each `completed` event is one finished image. */
function foldImages(content: boolean): Fold<ImageEvent, ImagesBody> {
  const data: Image[] = [];
  const body: ImagesBody = { data };
  return {
    add(event) {
      if (event.usage !== undefined) body.usage = event.usage;
      if (event.type?.endsWith(".completed")) data.push(content ? { b64_json: event.b64_json ?? "" } : {});
    },
    body: () => body,
  };
}

function foldTranscript(content: boolean): Fold<Transcript, Transcript> {
  const body: Transcript = {};
  return {
    add(event) {
      if (event.type !== "transcript.text.done") return;
      if (event.usage !== undefined) body.usage = event.usage;
      if (content && event.text !== undefined) body.text = event.text;
    },
    body: () => body,
  };
}
