import { join } from "node:path";
import { freePort } from "../free-port.js";
import { PeerProcess } from "./peer-process.js";

const CONFIG = join(import.meta.dirname, "../../../examples/collector/config.yaml");

/** A real OpenTelemetry Collector with the configuration that docker-compose.yml gives it; only addresses differ. */
export class RealCollector {
  /** Value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  readonly #process: PeerProcess;

  private constructor(endpoint: string, process: PeerProcess) {
    this.endpoint = endpoint;
    this.#process = process;
  }

  static async start(binary: string, jaeger: string): Promise<RealCollector> {
    const address = `127.0.0.1:${await freePort()}`;
    const set = (path: string, value: string) => `--set=${path}=${value}`;
    const args = [
      `--config=${CONFIG}`,
      set("receivers.otlp.protocols.http.endpoint", address),
      set("exporters.otlphttp/jaeger.endpoint", jaeger),
      // Its own metrics have a fixed port otherwise.
      set("service.telemetry.metrics.level", "none"),
    ];
    const endpoint = `http://${address}`;
    return new RealCollector(endpoint, await PeerProcess.start(binary, args, { ready: endpoint }));
  }

  /** Its log: also what the debug exporter tells of metrics and logs. */
  get said(): string {
    return this.#process.said;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
