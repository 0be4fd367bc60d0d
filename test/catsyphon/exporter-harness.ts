import {
  type CatSyphonExporterOptions,
  CatSyphonSpanExporter,
  type ReadableSpan,
} from "@kit/exporter-catsyphon";
import { afterEach } from "vitest";
import type { FakeCatSyphon } from "../support/catsyphon/server.js";
import { impatient, startServer } from "./harness.js";

const exporters: CatSyphonSpanExporter[] = [];
afterEach(async () => {
  await Promise.all(exporters.splice(0).map((exporter) => exporter.shutdown()));
});

/** An exporter to this server; it is shut down with the test, before the server. */
export function exporterTo(
  server: FakeCatSyphon,
  options: CatSyphonExporterOptions = {},
): CatSyphonSpanExporter {
  const exporter = new CatSyphonSpanExporter({
    serverUrl: server.url,
    ...server.addCollector(),
    retryConfig: impatient,
    workingDirectory: "/home/ann/shop",
    gitBranch: "main",
    ...options,
  });
  exporters.push(exporter);
  return exporter;
}

export function exportSpans(exporter: CatSyphonSpanExporter, spans: ReadableSpan[]): Promise<number> {
  return new Promise((resolve) => exporter.export(spans, ({ code }) => resolve(code)));
}

/** Exports the spans in the given order to a fresh server, and returns what arrived. */
export async function tell(
  spans: ReadableSpan[],
  options: CatSyphonExporterOptions = {},
): Promise<{ server: FakeCatSyphon; exporter: CatSyphonSpanExporter }> {
  const server = await startServer();
  const exporter = exporterTo(server, options);
  await exportSpans(exporter, spans);
  await exporter.forceFlush();
  return { server, exporter };
}

/** What stands on the page of a session: `role: text`, without what surrounds tool calls and results. */
export function page(server: FakeCatSyphon, sessionId: string): string[] {
  return server.messages(sessionId).map(({ role, content }) => `${role}: ${content}`);
}

/** The session ids the server knows, in the order of their first request. */
export function sessions(server: FakeCatSyphon): string[] {
  return server.conversations.all().map(({ sessionId }) => sessionId);
}
