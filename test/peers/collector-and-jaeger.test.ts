import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { report } from "../command/harness.js";
import { COLLECTOR, JAEGER } from "../support/peers/binaries.js";
import { RealCollector } from "../support/peers/collector.js";
import { RealJaeger } from "../support/peers/jaeger.js";
import { contentOf, expectQuickstart, quickstart } from "../support/peers/quickstart.js";

async function expectAllWell(env: Readonly<Record<string, string>>): Promise<void> {
  for (const name of ["status", "test"]) {
    const { code, destinations } = await report([name], { env });
    expect(destinations.map(({ says }: { says: string }) => says)).toContain("accepts exports");
    expect({ name, code, destinations }).toMatchObject({ name, code: 0 });
  }
}

describe.skipIf(!JAEGER)("Jaeger (absent unless JAEGER_BIN names it, or it is on the PATH)", () => {
  let jaeger: RealJaeger;
  beforeAll(async () => {
    jaeger = await RealJaeger.start(JAEGER as string);
  });
  afterAll(() => jaeger?.stop());

  it("takes the trace as the kit sends it by default, and gives it back", async () => {
    const spans = await quickstart(jaeger.endpoint, jaeger);
    expectQuickstart(spans);
    expect(contentOf(spans)).not.toEqual([]);
    expect(await jaeger.services()).toContain("quickstart");
  });

  it.each(["http/protobuf", "http/json"])("is told of as it is by the command, %s", async (protocol) => {
    await expectAllWell({
      OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_SERVICE_NAME: `tested by ${protocol}`,
    });
    // It stores what it took a little later.
    await expect.poll(() => jaeger.services(), { timeout: 10_000 }).toContain(`tested by ${protocol}`);
  });

  describe.skipIf(!COLLECTOR)("behind a collector (absent unless OTELCOL_BIN names it)", () => {
    let collector: RealCollector;
    beforeAll(async () => {
      collector = await RealCollector.start(COLLECTOR as string, jaeger.endpoint);
    });
    afterAll(() => collector?.stop());

    it("gets the same trace through the pipeline of docker-compose.yml, which keeps content to itself", async () => {
      const spans = await quickstart(collector.endpoint, jaeger, {
        OTEL_METRICS_EXPORTER: "otlp",
        OTEL_LOGS_EXPORTER: "otlp",
      });
      expectQuickstart(spans);
      expect(contentOf(spans)).toEqual([]);
      // Its batches of metrics and logs go their own ways, and may come after the trace.
      const said = () => expect.poll(() => collector.said, { timeout: 10_000 });
      await said().toMatch(/Metrics\s.*"data points": \d/);
      await said().toMatch(/Logs\s.*"log records": \d/);
      expect(collector.said).not.toMatch(/\berror\b/);
    });

    it("answers an export of nothing, of every signal", async () => {
      const OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
      await expectAllWell({
        OTEL_EXPORTER_OTLP_ENDPOINT,
        OTEL_METRICS_EXPORTER: "otlp",
        OTEL_LOGS_EXPORTER: "otlp",
      });
    });
  });
});
