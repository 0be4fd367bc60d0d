import type { Log } from "../log.js";
import { DeliveryReport } from "../otlp/report.js";
import { loadSerializers } from "../otlp/serializers.js";
import type { OtlpSettings, Signal } from "../otlp/settings.js";
import { httpTransport } from "../otlp/transport.js";
import type { Answer, Destination } from "./destination.js";
import { withoutSecrets } from "./setting-list.js";

/** A collector, asked by an export of nothing. It is told of in the words of `init`. */
export function toCollector(signal: Signal, settings: OtlpSettings, optional: boolean): Destination {
  const post = async (body: Uint8Array, until: AbortSignal): Promise<Answer> => {
    const transport = httpTransport(settings);
    const outcome = await transport.send(body, until);
    transport.close();
    if (outcome.kind === "delivered") {
      const rejection = readRejection(settings, outcome.body);
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

function readRejection(settings: OtlpSettings, body: Uint8Array): string | undefined {
  try {
    return (
      loadSerializers(settings).traces.deserializeResponse(body).partialSuccess?.errorMessage || undefined
    );
  } catch {
    // Some receivers answer `ok` or an HTML page; the status has already said what counts.
    return undefined;
  }
}
