import { context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { beforeEach, describe, expect, it } from "vitest";
import type { Telemetry } from "../../../../test/support/telemetry.js";
import { cron, event, joinSession, session } from "../index.js";
import { named, recordGlobally } from "../recorded.fixture.js";

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = recordGlobally();
  propagation.disable();
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
});

function headers(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

describe("a session's key in the baggage", () => {
  it("is not there unless asked for", () => {
    expect(session("s", () => headers()).baggage).toBeUndefined();
    expect(session("s", { propagate: true }, () => headers()).baggage).toBe("session.id=s");
  });

  it("is that of the innermost session, once one has asked", () => {
    session("outer", { propagate: true }, () => {
      expect(session("inner", () => headers()).baggage).toBe("session.id=inner");
      expect(cron("j", () => headers()).baggage).toBe("session.id=agent%3Amain%3Acron%3Aj");
      expect(session("secret", { propagate: false }, () => headers()).baggage).toBeUndefined();
      expect(headers().baggage).toBe("session.id=outer");
    });
  });

  it("stands beside what the application has put there", () => {
    const baggage = propagation.createBaggage({ tenant: { value: "t1" } });
    context.with(propagation.setBaggage(context.active(), baggage), () => {
      expect(session("s", { propagate: true }, () => headers()).baggage).toBe("tenant=t1,session.id=s");
      expect(session("s", { propagate: false }, () => headers()).baggage).toBe("tenant=t1");
    });
  });
});

it("survives a key that ends in half a character", () => {
  const half = "\uD83D\uDE00".charAt(0);
  expect(session("s", { id: `chat ${half}`, propagate: true }, () => headers()).baggage).toBe(
    "session.id=chat%20%EF%BF%BD",
  );
});

describe("joining a session", () => {
  const sent = () => session("mail ü", { id: "mail ü/7", propagate: true }, () => headers());

  it("goes on with trace and session of the request's headers", async () => {
    const carrier = sent();
    const value = context.with(ROOT_CONTEXT, () =>
      joinSession(carrier, () => {
        event("there");
        return 5;
      }),
    );
    expect(value).toBe(5);
    const { spans } = await telemetry.finish();
    const here = named(spans, "invoke_workflow mail ü");
    const there = named(spans, "event there");
    expect(there.spanContext().traceId).toBe(here.spanContext().traceId);
    expect(there.parentSpanContext?.spanId).toBe(here.spanContext().spanId);
    expect(there.attributes["session.id"]).toBe("mail ü/7");
  });

  it("reads the headers of the web as well", async () => {
    const carrier = new Headers(sent());
    joinSession(carrier, () => event("there"));
    expect(named((await telemetry.finish()).spans, "event there").attributes["session.id"]).toBe("mail ü/7");
  });

  it("takes up what an instrumentation has read already", async () => {
    const arrived = propagation.extract(ROOT_CONTEXT, sent());
    context.with(arrived, () => {
      event("before");
      joinSession(() => event("after"));
    });
    const { spans } = await telemetry.finish();
    expect(named(spans, "event before").attributes["session.id"]).toBeUndefined();
    expect(named(spans, "event after").attributes["session.id"]).toBe("mail ü/7");
  });

  it("keeps a key from outside to what a key may be", async () => {
    joinSession({ baggage: `session.id=${"x".repeat(500)}` }, () => event("long"));
    joinSession({ baggage: "session.id=session%3Ahidden" }, () => event("hidden"));
    const { spans } = await telemetry.finish();
    expect(String(named(spans, "event long").attributes["session.id"]).length).toBe(256);
    expect(named(spans, "event hidden").attributes["session.id"]).toBe("_session:hidden");
  });

  it("finds the key in headers that are lists", async () => {
    joinSession({ baggage: ["tenant=t1", "session.id=s"] }, () => event("there"));
    expect(named((await telemetry.finish()).spans, "event there").attributes["session.id"]).toBe("s");
  });

  it("takes an empty key for none", async () => {
    const baggage = propagation.createBaggage({ "session.id": { value: "" } });
    context.with(propagation.setBaggage(context.active(), baggage), () => joinSession(() => event("there")));
    expect((await telemetry.finish()).onlySpan().attributes).not.toHaveProperty("session.id");
  });

  it.each([
    ["no headers of ours", { host: "h" }],
    ["broken headers", { baggage: "===;;,%%%", traceparent: "00-nonsense" }],
    ["none at all", undefined as never],
    ["no object", "text" as never],
  ])("simply runs the work with %s", async (_, carrier) => {
    expect(joinSession(carrier, () => 3)).toBe(3);
    await expect(joinSession(carrier, async () => Promise.reject(new Error("own")))).rejects.toThrow("own");
    expect((await telemetry.finish()).spans).toEqual([]);
  });
});
