import type { Log } from "../log.js";
import { readRejection } from "../otlp/exporter.js";
import { DeliveryReport } from "../otlp/report.js";
import { loadSerializers } from "../otlp/serializers.js";
import type { OtlpSettings, Signal } from "../otlp/settings.js";
import { httpTransport } from "../otlp/transport.js";
import type { Answer, Destination } from "./destination.js";
import { withoutSecrets } from "./setting-list.js";

/** A collector, asked with an empty export. What is wrong is said in the words of `init`. */
export function toCollector(signal: Signal, settings: OtlpSettings, optional: boolean): Destination {
  const post = async (body: Uint8Array, until: AbortSignal): Promise<Answer> => {
    const transport = httpTransport(settings);
    const outcome = await transport.send(body, until);
    transport.close();
    if (outcome.kind === "delivered") {
      const rejection = readRejection(loadSerializers(settings).traces, outcome.body);
      return rejection === undefined
        ? { ok: true, says: "accepts exports" }
        : { ok: false, says: `rejected a part: ${rejection}` };
    }
    let says = "";
    const log: Log = { warn: (line) => (says = line), info: () => {}, debug: () => {}, close: () => {} };
    const report = new DeliveryReport(signal, settings.url, log);
    if (outcome.kind === "retry") report.unreachable(outcome.reason);
    else report.refused(outcome.reason);
    return { ok: false, says: says.replace(/^OTLP \w+: \S+ /, "") };
  };
  return {
    name: `OTLP ${signal}`,
    address: withoutSecrets(settings.url),
    optional,
    ask: (until) => post(Buffer.from(settings.protocol === "http/json" ? "{}" : ""), until),
    ...(signal === "traces" && {
      send: (span, until) =>
        post(loadSerializers(settings).traces.serializeRequest([span]) ?? new Uint8Array(), until),
    }),
  };
}
