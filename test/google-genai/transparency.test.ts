import { setImmediate, setTimeout } from "node:timers/promises";
import { GoogleGenAIInstrumentation } from "@kit/instrumentation-google-genai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GOOGLE_GENAI_FOLDERS, loadGoogleGenAI } from "../support/google-genai.js";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { SECRET, WAYS } from "./fixture.js";

type Way = (typeof WAYS)[string];

describe.each(GOOGLE_GENAI_FOLDERS)("%s", async (folder) => {
  const sdk = await loadGoogleGenAI(folder);
  const prototype = (sdk.exports.Models as { prototype: object }).prototype;
  const originals = Object.getOwnPropertyDescriptors(prototype);

  let provider: ProviderServer;
  let instrumentation: GoogleGenAIInstrumentation;
  let telemetry: Telemetry;
  beforeAll(async () => {
    provider = await ProviderServer.start();
  });
  afterAll(() => provider.close());
  beforeEach(() => {
    telemetry = new Telemetry({ except: ["missing_expected"] });
    instrumentation = telemetry.observe(new GoogleGenAIInstrumentation());
    instrumentation.manuallyInstrument(sdk.exports);
  });
  afterEach(() => instrumentation.disable());

  async function arrived() {
    while (provider.requests.length === 0) await setImmediate();
  }

  async function see([answers, way]: Way) {
    provider.reset();
    const baseUrl = provider.serve("/google", answers);
    const ai = new sdk.GoogleGenAI({ apiKey: "sk-test", httpOptions: { baseUrl } });
    const seen = await way(ai, arrived).then(
      (value) => ({ value }),
      (error: Error & { status?: number }) => ({
        error: [error.constructor.name, error.name, error.message, error.status],
      }),
    );
    const requests = provider.requests.map(async ({ path, body, over }) => ({
      path,
      body,
      left: await over,
    }));
    return { ...seen, requests: await Promise.all(requests) };
  }

  it.each(Object.entries(WAYS))(
    "shows no difference in %s, and a span for each request",
    async (name, way) => {
      instrumentation.disable();
      const bare = await see(way);
      instrumentation.enable();
      expect(await see(way)).toEqual(bare);
      const { spans } = await telemetry.finish();
      const outcomes = spans.map(
        ({ attributes }) => attributes["kit.outcome"] ?? (attributes["error.type"] ? "error" : "completed"),
      );
      // The first version hides an abort before the answer in an error of its own.
      const hidden = folder.endsWith("-1") && name === "an abort before the answer";
      expect(outcomes).toEqual(hidden ? ["error"] : way[2]);
      expect(
        JSON.stringify(
          spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
        ),
      ).not.toContain(SECRET);
    },
  );

  it("hides no rejection that nobody handles", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
    try {
      const baseUrl = provider.serve("/google", WAYS["a refusal"]?.[0] ?? []);
      const ai = new sdk.GoogleGenAI({ apiKey: "sk-test", httpOptions: { baseUrl } });
      void ai.models.generateContent({ model: "m", contents: "Hi" });
      while (unhandled.length === 0) await setTimeout(5);
      await setTimeout(20);
      expect(unhandled).toHaveLength(1);
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const listener of listeners) process.on("unhandledRejection", listener);
    }
  });

  it("puts the original methods back", () => {
    expect(Object.getOwnPropertyDescriptors(prototype)).not.toEqual(originals);
    instrumentation.disable();
    expect(Object.getOwnPropertyDescriptors(prototype)).toEqual(originals);
  });
});
