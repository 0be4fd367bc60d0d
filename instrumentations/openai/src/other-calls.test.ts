import { describe, expect, it } from "vitest";
import { batches, batchFile } from "./batches.js";
import { images, speech, transcript } from "./media.js";
import { moderations } from "./moderations.js";

const request = { operation: "any" };

describe("images", () => {
  it("count, and come as links or bytes", () => {
    const facts = images("image_generation").response?.(
      {
        data: [{ url: "https://example.com/i.png" }, { b64_json: "AA" }],
        usage: { input_tokens: 1, output_tokens: 2 },
      },
      request,
    );
    expect(facts).toMatchObject({ attributes: { "kit.image.count": 2 }, usage: { input: 1, output: 2 } });
    expect(facts?.content?.().outputMessages?.[0]?.parts.map(({ type }) => type)).toEqual(["uri", "blob"]);
  });

  it("written as SVG cost what their author used, too", () => {
    const svg_usage = { model: "gpt-5.4", input_tokens: 3, output_tokens: 4 };
    const facts = images("image_edit").response?.({ usage: { input_tokens: 1 }, svg_usage }, request);
    expect(facts?.usage).toMatchObject({
      input: 1,
      aside: [{ model: "gpt-5.4", usage: { input: 3, output: 4 } }],
    });
  });

  it("are whole only at their last event", () => {
    const fold = images("image_edit").fold?.(false);
    fold?.add({ type: "image_edit.partial_image", b64_json: "A" });
    fold?.add({ type: "image_edit.completed", b64_json: "AB", usage: { output_tokens: 9 } });
    expect(fold?.body()).toEqual({ data: [{}], usage: { output_tokens: 9 } });
  });
});

describe("audio", () => {
  it("asks for speech or text", () => {
    expect(speech.request({ model: "tts-1", input: "hi" })).toMatchObject({
      operation: "speech",
      outputType: "speech",
    });
    expect(transcript("translation").request({ model: "whisper-1" })).toMatchObject({
      operation: "translation",
    });
  });

  it("is billed by tokens, by seconds, or nothing is told", () => {
    const read = transcript("transcription").response;
    expect(
      read?.(
        { usage: { type: "tokens", input_tokens: 7, input_token_details: { audio_tokens: 7 } } },
        request,
      ).usage,
    ).toMatchObject({
      input: 7,
      audioInput: 7,
    });
    expect(read?.({ usage: { type: "duration", seconds: 3 } }, request)).toMatchObject({
      attributes: { "kit.audio.duration": 3 },
    });
    expect(read?.("WEBVTT", request)).not.toHaveProperty("attributes");
  });

  it("ends a streamed transcript with its text and usage", () => {
    const fold = transcript("transcription").fold?.(true);
    fold?.add({ type: "transcript.text.delta", delta: "hel" });
    fold?.add({ type: "transcript.text.done", text: "hello", usage: { input_tokens: 1 } });
    expect(fold?.body()).toEqual({ text: "hello", usage: { input_tokens: 1 } });
  });

  it("keeps as much of a streamed transcript as came, and no text when content is off", () => {
    const pieces = ["hel", "lo"].map((delta) => ({ type: "transcript.text.delta", delta }));
    const folded = (content: boolean, events: typeof pieces) => {
      const call = transcript("transcription");
      const fold = call.fold?.(content);
      for (const event of events) fold?.add(event);
      return call.response?.(fold?.body() as never, request).content?.().outputMessages;
    };
    expect(folded(true, pieces)).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "hello" }] },
    ]);
    expect(folded(false, pieces)).toBeUndefined();
    expect(folded(true, [])).toBeUndefined();
  });
});

it("says whether a moderation flagged anything, and nothing of the input", () => {
  expect(moderations.request({ model: "m", input: "bad words" })).not.toHaveProperty("content");
  const flagged = (results: object[]) => moderations.response?.({ results }, request).attributes;
  expect(flagged([{ flagged: false }, { flagged: true }])).toEqual({ "kit.moderation.flagged": true });
  expect(flagged([{ flagged: false }])).toEqual({ "kit.moderation.flagged": false });
});

describe("batches", () => {
  const batch = {
    id: "batch_1",
    status: "completed" as const,
    output_file_id: "file_out",
    error_file_id: null,
    request_counts: { total: 3, completed: 2, failed: 1 },
  };

  it("are remembered with their files, and read by id", () => {
    expect(batches.create.response?.(batch, request)).toMatchObject({
      linkAs: ["batch_1", "file_out"],
      attributes: { "kit.batch.id": "batch_1", "kit.batch.request.count": 3, "kit.batch.failed.count": 1 },
    });
    expect(batches.retrieve.request("batch_1")).toMatchObject({ linkTo: ["batch_1"] });
  });

  it("leave files alone that are no results of theirs", () => {
    expect(batchFile.request("file_x")).toMatchObject({ linkTo: ["file_x"], onlyLinked: true });
  });
});
