import { type Histogram, type MeterProvider, metrics } from "@opentelemetry/api";
import { afterEach, expect, it } from "vitest";
import { Telemetry } from "../../../../test/support/telemetry.js";
import type { Call } from "../adapter/operation.js";
import type { OperationEnd } from "../adapter/outcome.js";
import { Chats, ToyInstrumentation } from "../patch/toy-sdk.fixture.js";
import type { Recorder } from "../record/recorder.js";
import { observe } from "./observe.js";

const toy = new ToyInstrumentation();
afterEach(() => toy.disable());

/** A meter of the application's own, as broken as one can be. */
function refusingMeters(): MeterProvider {
  class Refusing {
    record(): never {
      throw new Error("not today");
    }
    add = this.record;
  }
  const meter = metrics.getMeterProvider().getMeter("");
  const instrument = () => new Refusing() as unknown as Histogram;
  return { getMeter: () => ({ ...meter, createHistogram: instrument, createCounter: instrument }) as never };
}

it("keeps a meter that throws from the reader of a stream", async () => {
  const telemetry = new Telemetry({ metrics: false });
  telemetry.observe(toy);
  toy.setMeterProvider(refusingMeters());
  toy.manuallyInstrument({ Chats });
  let text = "";
  for await (const chunk of await new Chats().stream({ prompt: "hi", stream: true })) text += chunk;
  expect(text).toBe("ab");
  const { attributes } = (await telemetry.finish()).onlySpan();
  expect(attributes["gen_ai.response.finish_reasons"]).toEqual(["stop"]);
});

it("reads a stream once, however often the library hands it out", async () => {
  const telemetry = new Telemetry({ capture: "SPAN_ONLY" });
  toy.setConfig({ captureMessageContent: true });
  telemetry.observe(toy);
  toy.manuallyInstrument({ Chats });
  toy.enable();
  const promise = new Chats().stream({ prompt: "hi", stream: true });
  const stream = await promise.parseResponse({});
  expect(await promise).toBe(stream);
  for await (const _ of stream);
  const { attributes } = (await telemetry.finish()).onlySpan();
  expect(attributes["gen_ai.output.messages"]).toContain('"ab"');
});

it("tells that a request was aborted whose stream ends without an error", async () => {
  const outcomes: unknown[] = [];
  const recorder = {
    request: { operation: "chat", stream: true },
    chunk() {},
    end: ({ outcome }: OperationEnd) => outcomes.push(outcome),
  };
  const call: Call = { request: () => recorder.request, fold: () => ({ add() {}, body: () => undefined }) };
  async function* answer() {
    yield "a";
  }
  const controller = new AbortController();
  const args = [{}, { fetchOptions: { signal: controller.signal } }];
  const stream = await observe(Promise.resolve(answer()), recorder as unknown as Recorder, call, args);
  for await (const _ of stream as AsyncIterable<string>) controller.abort();
  expect(outcomes).toEqual(["aborted"]);
});
