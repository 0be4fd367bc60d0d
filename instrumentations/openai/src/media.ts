import { type Call, type Fold, KIT_ATTR, type MessagePart, toMediaPart } from "@kit/genai";
import type { SpeechCreateParams } from "openai/resources/audio/speech";
import type { TranscriptionCreateParams } from "openai/resources/audio/transcriptions";
import type { ImageGenerateParams } from "openai/resources/images";
import { readTokenUsage, type TokenUsage } from "./usage.js";

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
      content: () => (params.prompt === undefined ? {} : { inputMessages: [userText(params.prompt)] }),
    }),
    response: (body) => ({
      usage: readTokenUsage(body.usage),
      attributes: { [KIT_ATTR.imageCount]: body.data?.length ?? 0 },
      content: () => ({ outputMessages: [{ role: "assistant", parts: (body.data ?? []).map(toImagePart) }] }),
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
    content: () => ({ inputMessages: [userText(params.input ?? "")] }),
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
      content: () => (params.prompt === undefined ? {} : { inputMessages: [userText(params.prompt)] }),
    }),
    response: (body) => readTranscript(typeof body === "string" ? { text: body } : body),
    fold: foldTranscript,
  };
}

function readTranscript(body: Transcript) {
  const seconds = body.usage?.seconds ?? Number(body.duration ?? Number.NaN);
  return {
    usage: readTokenUsage(body.usage),
    ...(Number.isFinite(seconds) && { attributes: { [KIT_ATTR.audioDuration]: seconds } }),
    content: () => ({
      outputMessages: [{ role: "assistant", parts: [{ type: "text" as const, content: body.text ?? "" }] }],
    }),
  };
}

function userText(content: string) {
  return { role: "user", parts: [{ type: "text" as const, content }] };
}

function toImagePart(image: Image): MessagePart {
  return image.url === undefined
    ? { type: "blob", modality: "image", content: image.b64_json ?? "" }
    : toMediaPart("image", image.url);
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
