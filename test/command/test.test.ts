import { expect, it } from "vitest";
import { checkConformance } from "../support/conformance.js";
import { CLOSED_PORT } from "../support/free-port.js";
import { toReadableSpan } from "../support/otlp/readable-span.js";
import { bytes, json, ProviderServer } from "../support/provider-server.js";
import { command, report, usePlace } from "./harness.js";

const place = usePlace();
const test = (more: Readonly<Record<string, string>> = {}) => report(["test"], { env: place.env(more) });
const toText = (value: unknown) =>
  JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? String(member) : member));

it("brings one chat span to every backend, and says that it did", async () => {
  const { code, ok, traceId, destinations } = await test({ OTEL_SERVICE_NAME: "desk" });
  expect(destinations.map(({ subject, says }: Record<string, string>) => `${subject} ${says}`)).toEqual([
    "OTLP traces accepts exports",
    "AgentPulse accepted it",
    "CatSyphon accepted it",
  ]);
  expect([code, ok]).toEqual([0, true]);
  const [span, ...others] = place.collector.spans;
  expect(others).toEqual([]);
  expect(span).toMatchObject({
    name: "chat kit-telemetry-test",
    traceId,
    kind: 3,
    resource: { "service.name": "desk" },
    scope: { name: "@kit/sdk" },
  });
  expect(place.agentpulse.accepted).toHaveLength(1);
  expect(toText(place.agentpulse.accepted)).toContain("kit-telemetry-test");
  expect(place.agentpulse.heartbeats).toEqual([]);
  expect(place.catsyphon.conversation(`trace-${traceId}`)).toMatchObject({ status: "completed" });
});

it("makes a span that follows the conventions", async () => {
  await test();
  const spans = place.collector.spans.map(toReadableSpan);
  expect(spans).toHaveLength(1);
  expect(checkConformance({ spans, metrics: [], logs: [] }, { metrics: false, events: false })).toEqual([]);
});

it("says which backend it did not reach, and does not wait for that one", async () => {
  const { code, destinations } = await test({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${CLOSED_PORT}`,
    CATSYPHON_API_KEY: "cs_live_of_somebody_else",
  });
  expect(code).toBe(1);
  expect(destinations.map(({ level }: Record<string, string>) => level)).toEqual([
    "problem",
    "ok",
    "problem",
  ]);
  expect(place.agentpulse.accepted).toHaveLength(1);
});

it("does not wait longer than it is told for an answer to the trace", async () => {
  place.collector.failNext({ kind: "answer", status: 200 }, { kind: "hang" });
  place.agentpulse.failNext(9, { kind: "hang" });
  const { code, destinations } = await report(["test", "--timeout", "2"], { env: place.env() });
  expect(code).toBe(1);
  const [collector, agentpulse] = destinations;
  expect([collector.level, agentpulse.level]).toEqual(["problem", "problem"]);
});

it("says what a backend that knows the key has against the trace", async () => {
  place.agentpulse.failNext(9, { kind: "answer", status: 400, body: { error: "No events" } });
  place.catsyphon.fault = (request) =>
    request.method === "POST" ? { status: 422, body: { detail: "made to fail" } } : undefined;
  const { code, destinations } = await test();
  expect(code).toBe(1);
  expect(destinations[1].says).toMatch(/^did not accept it\. AgentPulse exporter: dropped 1 .*HTTP 400/);
  expect(destinations[2].says).toMatch(/^did not accept it\. CatSyphon exporter: dropped .*HTTP 422/);
});

it("says what a collector that answered before has against the trace", async () => {
  place.collector.failNext({ kind: "answer", status: 200 }, { kind: "answer", status: 400 });
  const { code, destinations } = await test();
  expect(code).toBe(1);
  expect(destinations[0]).toMatchObject({ level: "problem", says: expect.stringContaining("HTTP 400") });
});

it.each(["http/json", "http/protobuf"])("says that a collector rejected it, %s", async (protocol) => {
  const server = await ProviderServer.start();
  const partialSuccess = { rejectedSpans: 1, errorMessage: "too old" };
  // The same in protobuf: a message in field 1, in it a text in field 2.
  const message = Uint8Array.from([10, 9, 18, 7, ...Buffer.from("too old")]);
  const OTEL_EXPORTER_OTLP_ENDPOINT = server.serve("/otlp", () =>
    protocol === "http/json" ? json({ partialSuccess }) : bytes(message),
  );
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
  const { code, destinations } = await report(["test"], { env });
  await server.close();
  expect(destinations).toMatchObject([{ level: "problem", says: "rejected a part: too old" }]);
  expect(code).toBe(1);
});

it("sends nothing where the kit is off", async () => {
  const { code, configuration } = await test({ AGENTPULSE_ENABLED: "false" });
  expect(code).toBe(1);
  expect(configuration).toMatchObject([{ subject: "off" }]);
  const requests = [...place.collector.requests, ...place.agentpulse.requests, ...place.catsyphon.requests];
  expect(requests).toEqual([]);
});

it("tells of the trace by its id, in words", async () => {
  const { code, stdout } = await command(["test"], { env: place.env() });
  expect(code).toBe(0);
  expect(stdout).toContain(`trace ${place.collector.spans[0]?.traceId}`);
  expect(stdout).toMatch(/All is well\.\n$/);
});

it("is the same beside a kit that NODE_OPTIONS starts in the command itself", async () => {
  const NODE_OPTIONS = `--import ${import.meta.resolve("@kit/register")}`;
  const { code, destinations } = await test({ NODE_OPTIONS });
  expect(destinations.map(({ level }: Record<string, string>) => level)).toEqual(["ok", "ok", "ok"]);
  expect(code).toBe(0);
  expect(place.collector.spans).toHaveLength(1);
});
