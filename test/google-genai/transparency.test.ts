import { setTimeout } from "node:timers/promises";
import { GoogleGenAIInstrumentation } from "@kit/instrumentation-google-genai";
import { describe, expect, it } from "vitest";
import { GOOGLE_GENAI_FOLDERS, loadGoogleGenAI } from "../support/google-genai.js";
import { useStage } from "../support/stage.js";
import { arrivalAt, expectNoDifference, seenBoth } from "../support/ways.js";
import { WAYS } from "./fixture.js";
import { WAYS as INTERACTIONS } from "./interaction-fixture.js";

type Way = (typeof WAYS)[string];

describe.each(GOOGLE_GENAI_FOLDERS)("%s", async (folder) => {
  const sdk = await loadGoogleGenAI(folder);
  const prototype = (sdk.exports.Models as { prototype: object }).prototype;
  const originals = Object.getOwnPropertyDescriptors(prototype);

  const stage = useStage(() => new GoogleGenAIInstrumentation(), sdk.exports, {
    except: ["missing_expected"],
  });

  const arrived = () => arrivalAt(stage.provider);

  async function see([answers, way]: Way) {
    stage.provider.reset();
    const baseUrl = stage.provider.serve("/google", answers);
    const ai = new sdk.GoogleGenAI({ apiKey: "sk-test", httpOptions: { baseUrl } });
    return seenBoth(stage.provider, way(ai, arrived), (error: Error & { status?: number }) => [
      error.constructor.name,
      error.message,
      error.status,
    ]);
  }

  it.each(Object.entries(WAYS))(
    "shows no difference in %s, and a span for each request",
    async (name, way) => {
      // The first version hides an abort before the answer in an error of its own.
      const hidden = folder.endsWith("-1") && name === "an abort before the answer";
      await expectNoDifference(
        () => see(way),
        stage.instrumentation,
        stage.telemetry,
        hidden ? ["error"] : way[2],
      );
    },
  );

  // The first version knows none.
  it.each("interactions" in sdk.GoogleGenAI.prototype ? Object.entries(INTERACTIONS) : [])(
    "shows no difference in interactions: %s",
    async (_, way) => {
      await expectNoDifference(() => see(way), stage.instrumentation, stage.telemetry, way[2]);
    },
  );

  it("hides no rejection that nobody handles", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
    try {
      const baseUrl = stage.provider.serve("/google", WAYS["a refusal"]?.[0] ?? []);
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
    stage.instrumentation.disable();
    expect(Object.getOwnPropertyDescriptors(prototype)).toEqual(originals);
  });
});
