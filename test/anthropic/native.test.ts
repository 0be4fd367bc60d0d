import { markInferenceRecorded } from "@kit/genai";
import { context, propagation } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { afterEach, describe, expect, it } from "vitest";
import { json } from "../support/provider-server.js";
import {
  type Config,
  HELLO,
  NATIVE_VERSIONS,
  PARAMS,
  reply,
  type Stage,
  setStage,
  type Version,
} from "./support.js";

const OURS = "@kit/instrumentation-anthropic";
const THEIRS = "com.anthropic.sdk.typescript";

let stage: Stage;
afterEach(() => stage.close());

async function set(version: Version, nativeTelemetry?: NonNullable<Config>["nativeTelemetry"], options = {}) {
  stage = await setStage(
    version,
    ({ body }) => reply(HELLO, (body as { stream?: boolean }).stream === true),
    {
      global: true,
      config: nativeTelemetry === undefined ? {} : { nativeTelemetry },
      options,
    },
  );
  return stage.client;
}

/** All ways of asking for a message; each is one call. */
const WAYS = {
  create: (client: Stage["client"]) => client.messages.create(PARAMS),
  "create, streamed": async (client: Stage["client"]) => {
    for await (const _ of await client.messages.create({ ...PARAMS, stream: true }));
  },
  stream: (client: Stage["client"]) => client.messages.stream(PARAMS).finalMessage(),
  parse: (client: Stage["client"]) => client.messages.parse(PARAMS),
  asResponse: async (client: Stage["client"]) => (await client.messages.create(PARAMS).asResponse()).text(),
  countTokens: (client: Stage["client"]) =>
    client.messages.countTokens({ model: "m", messages: PARAMS.messages }),
  "beta create": (client: Stage["client"]) => client.beta.messages.create(PARAMS),
  "beta stream": (client: Stage["client"]) => client.beta.messages.stream(PARAMS).finalMessage(),
};
const CASES = NATIVE_VERSIONS.flatMap((version) =>
  Object.entries(WAYS).map(([way, run]) => ({ version, way, run })),
);

async function scopes() {
  const { spans } = await stage.telemetry.collect();
  return spans.map((span) => span.instrumentationScope.name).sort();
}

describe.each(CASES)("$way of $version, which makes spans by itself,", ({ version, way, run }) => {
  it("leaves one span, ours, and the request names it as its parent", async () => {
    await run(await set(version));
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.instrumentationScope.name).toBe(OURS);
    expect(stage.server.requests[0]?.headers.traceparent).toContain(span.spanContext().spanId);
  });

  it("leaves one span, the SDK's, when asked to, and still our metrics", async () => {
    await run(await set(version, "native"));
    const { spans, metrics } = await stage.telemetry.collect();
    expect(spans.map((span) => span.instrumentationScope.name)).toEqual([THEIRS]);
    expect(metrics[0]?.metrics.map(({ dataPoints }) => dataPoints[0]?.value)).not.toEqual([]);
  });

  it("has our event tell of the SDK's span, when that is the one", async () => {
    await run(await set(version, "native"));
    const { spans, logs } = await stage.telemetry.collect();
    const details = logs.filter(({ eventName }) => eventName?.endsWith("operation.details"));
    for (const { spanContext } of details) expect(spanContext?.spanId).toBe(spans[0]?.spanContext().spanId);
    expect(details.length).toBe(way === "countTokens" ? 0 : 1);
  });

  it("leaves both spans when asked to, and counts the call once", async () => {
    await run(await set(version, "both"));
    const { spans, metrics } = await stage.telemetry.collect();
    expect(spans.map((span) => span.instrumentationScope.name).sort()).toEqual([OURS, THEIRS]);
    const durations = metrics[0]?.metrics.filter(({ descriptor }) => descriptor.name.endsWith("duration"));
    expect(
      durations?.map(({ dataPoints }) => dataPoints.map(({ value }) => (value as { count: number }).count)),
    ).toEqual([[1]]);
  });
});

describe.each(NATIVE_VERSIONS)("%s", (version) => {
  it("sends no trace headers when the application turned them off", async () => {
    const client = await set(version, "ours", { openTelemetry: { propagation: false } });
    await client.messages.create(PARAMS);
    await client.messages.stream(PARAMS).finalMessage();
    expect(stage.server.requests.map(({ headers }) => headers.traceparent)).toEqual([undefined, undefined]);
    expect(await scopes()).toEqual([OURS, OURS]);
  });

  it("sends no trace headers when it has no provider, though we have one", async () => {
    stage = await setStage(version, ({ body }) =>
      reply(HELLO, (body as { stream?: boolean }).stream === true),
    );
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    await stage.client.messages.create(PARAMS);
    await stage.client.messages.stream(PARAMS).finalMessage();
    expect(stage.server.requests.map(({ headers }) => headers.traceparent)).toEqual([undefined, undefined]);
    expect(await scopes()).toEqual([OURS, OURS]);
  });

  it("with its spans off is recorded as any other", async () => {
    const client = await set(version, "ours", { openTelemetry: false });
    await client.messages.stream(PARAMS).finalMessage();
    expect(await scopes()).toEqual([OURS]);
  });

  it("keeps its own spans for what we do not record", async () => {
    const client = await set(version);
    stage.server.serve("/anthropic", json({ data: [], has_more: false }));
    await client.messages.batches.list();
    await client.models.list();
    expect(await scopes()).toEqual([THEIRS, THEIRS]);
  });

  it("has its own spans back when the instrumentation is off", async () => {
    const client = await set(version);
    await client.messages.create(PARAMS);
    stage.instrumentation.disable();
    await client.messages.create(PARAMS);
    expect(await scopes()).toEqual([OURS, THEIRS]);
  });

  it("names our span in a helper's request also when there is baggage to carry", async () => {
    const client = await set(version);
    propagation.disable();
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
    const baggage = propagation.createBaggage({ tenant: { value: "a" } });
    await context.with(propagation.setBaggage(context.active(), baggage), () =>
      client.messages.stream(PARAMS).finalMessage(),
    );
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(stage.server.requests[0]?.headers.traceparent).toContain(span.spanContext().spanId);
    expect(stage.server.requests[0]?.headers.baggage).toBe("tenant=a");
  });

  it("names a framework's span in the requests of the call that it records itself", async () => {
    const client = await set(version);
    const tracer = stage.telemetry.tracerProvider.getTracer("framework");
    await tracer.startActiveSpan("chat", async (span) => {
      const recorded = markInferenceRecorded();
      await context.with(recorded, () => client.messages.create(PARAMS));
      await context.with(recorded, () => client.messages.stream(PARAMS).finalMessage());
      span.end();
      for (const { headers } of stage.server.requests)
        expect(headers.traceparent).toContain(span.spanContext().spanId);
    });
    expect(stage.server.requests).toHaveLength(2);
    expect(await scopes()).toEqual(["framework"]);
  });

  it("tells the conversation that the application named for the SDK's own spans", async () => {
    const client = await set(version);
    await client.messages.create(PARAMS, { openTelemetry: { conversationId: "conv-1" } });
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.attributes["gen_ai.conversation.id"]).toBe("conv-1");
  });
});
