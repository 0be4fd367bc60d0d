import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { expect, it } from "vitest";
import { Telemetry } from "../../../../test/support/telemetry.js";
import { Chats, ToyInstrumentation } from "../patch/toy-sdk.fixture.js";
import {
  INFERENCE_OFFERED,
  isInferenceRecorded,
  isOperationRecorded,
  markRecorded,
  unmarkInferenceRecorded,
} from "./suppression.js";

it("records and measures nothing where OpenTelemetry's own function suppresses tracing", async () => {
  const telemetry = new Telemetry();
  const toy = telemetry.observe(new ToyInstrumentation());
  toy.manuallyInstrument({ Chats });
  const suppressed = suppressTracing(context.active());
  const answer = await context.with(suppressed, () => new Chats().ask({ prompt: "hi" }));
  await context.with(suppressed, () => new Chats().run((city) => city));
  toy.disable();
  expect(answer.text).toBe("re: hi");
  const { spans, metrics, logs } = await telemetry.finish();
  expect([spans, metrics, logs]).toEqual([[], [], []]);
});

it("lets what runs inside a tool be recorded again, whoever offered or recorded the call around it", () => {
  const offered = ROOT_CONTEXT.setValue(INFERENCE_OFFERED, () => {});
  const recorded = markRecorded(markRecorded(offered, "chat"), "embeddings");
  expect([isInferenceRecorded(recorded), isOperationRecorded(recorded, "embeddings")]).toEqual([true, true]);
  const inside = unmarkInferenceRecorded(recorded);
  expect([isInferenceRecorded(inside), isOperationRecorded(inside, "embeddings")]).toEqual([false, false]);
  expect(inside.getValue(INFERENCE_OFFERED)).toBeUndefined();
});
