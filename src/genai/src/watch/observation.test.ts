import { type Histogram, type MeterProvider, metrics } from "@opentelemetry/api";
import { afterEach, expect, it } from "vitest";
import { Telemetry } from "../../../../test/support/telemetry.js";
import { Chats, ToyInstrumentation } from "../patch/toy-sdk.fixture.js";

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
