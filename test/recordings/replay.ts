import type { Cuts, ProviderServer, Reply } from "../support/provider-server.js";
import { json, streamed } from "../support/provider-server.js";
import type { Recording } from "./recording.js";

/** A recording with one way of cutting its body into packets. */
export interface Delivery {
  readonly recording: Recording;
  readonly how: string;
  readonly reply: Reply;
}

/** Streams are sent whole, cut where the recording says, and one byte at a time; anything else whole. */
export function deliveries(recording: Recording): Delivery[] {
  const { status, headers, sse, ndjson = sse, base64, cuts, body } = recording.response;
  const stream = base64 === undefined ? ndjson : Buffer.from(base64, "base64");
  if (stream === undefined) return [{ recording, how: "whole", reply: json(body, { status, headers }) }];
  const cut = (how: string, at: Cuts): Delivery => ({
    recording,
    how,
    reply: streamed(stream, { status, headers, cuts: at }),
  });
  return [
    cut("whole", []),
    ...(cuts === undefined ? [] : [cut("cut as recorded", cuts)]),
    cut("one byte at a time", "every byte"),
  ];
}

/**
 * Scripts a recording's answer under a path of its own. Returns the recorded base URL, so that the SDK names the
 * real provider, and a `fetch` that brings its requests to the local server.
 */
export function serveRecording(provider: ProviderServer, { recording, how, reply }: Delivery) {
  const prefix = `/${recording.provider}/${recording.api}/${recording.case}/${how.replaceAll(" ", "-")}`;
  provider.serve(prefix, reply);
  const baseURL = recording.request.url.replace(
    /\/(chat\/completions|completions|responses|embeddings|images\/generations|moderations|v1\/messages.*)$/,
    "",
  );
  return { baseURL, fetch: provider.fetchAs(prefix) };
}
