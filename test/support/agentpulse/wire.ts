import { request } from "node:http";

export interface WireRequest {
  readonly method?: string;
  readonly path?: string;
  /** Sent as `Bearer` key. */
  readonly key?: string | undefined;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON. */
  readonly body?: unknown;
  /** Without `Content-Length`. */
  readonly chunked?: boolean;
}

export interface WireAnswer {
  readonly status: number;
  /** Parsed when it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect
  readonly body: any;
}

/**
 * Sends bytes as told, where `fetch` would mend them, each time over a new connection.
 * @throws when the connection ended without an answer.
 */
export async function send(base: string, wire: WireRequest): Promise<WireAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await sendOnce(base, wire);
    // The local runtime of the Worker restarts after a body that was not read to its end.
    const restarted = answer.status === 503 && String(answer.body).includes("restarted mid-request");
    if (!restarted || attempt === 20) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function sendOnce(base: string, wire: WireRequest): Promise<WireAnswer> {
  const { method = "POST", path = "/v1/ingest", key, body = "", chunked = false } = wire;
  const isBytes = typeof body === "string" || body instanceof Uint8Array;
  const bytes = isBytes ? body : JSON.stringify(body);
  const headers = {
    ...(key !== undefined && { Authorization: `Bearer ${key}` }),
    ...(chunked ? { "Transfer-Encoding": "chunked" } : { "Content-Length": Buffer.byteLength(bytes) }),
    ...wire.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request(base + path, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        const isJson = response.headers["content-type"]?.startsWith("application/json") && text !== "";
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
      });
    });
    // After the answer the rest of an unread body is of no interest.
    sent.on("error", reject);
    sent.end(bytes);
  });
}
