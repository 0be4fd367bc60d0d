import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One exchange with a provider: what was sent, the bytes that came back, and the facts in them. */
export interface Recording {
  readonly provider: string;
  readonly api: string;
  readonly case: string;
  readonly description: string;
  readonly request: { readonly url: string; readonly body: Readonly<Record<string, unknown>> };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly sse?: string;
    /** A stream of JSON values, each in a line. */
    readonly ndjson?: string;
    /** A binary body, such as an event stream of AWS. */
    readonly base64?: string;
    readonly cuts?: readonly number[];
  };
  readonly expect: Expected;
}

/** Facts of an exchange in neutral names. Absent: the provider did not say. Null: known to be missing. */
export interface Expected {
  readonly operation: string;
  readonly request: {
    readonly model?: string;
    readonly stream?: boolean;
    readonly messages?: number;
    readonly prompts?: number;
    readonly max_tokens?: number;
    readonly temperature?: number;
    readonly top_p?: number;
    readonly top_k?: number;
    readonly n?: number;
    readonly stop?: readonly string[];
    readonly seed?: number;
    readonly frequency_penalty?: number;
    readonly presence_penalty?: number;
    readonly output_type?: string;
    readonly reasoning_effort?: string;
    readonly tools?: readonly string[];
    readonly system?: readonly string[];
    readonly previous_response_id?: string;
    readonly service_tier?: string;
    readonly encoding_format?: string;
    readonly dimensions?: number;
  };
  readonly response_id?: string | null;
  readonly response_model?: string | null;
  readonly finish_reasons?: readonly string[];
  readonly status?: string;
  readonly incomplete_reason?: string;
  readonly output_text?: string | null;
  readonly reasoning_text?: string;
  readonly redacted_thinking_blocks?: number;
  readonly refusal?: string;
  readonly tool_calls?: readonly {
    readonly id?: string;
    readonly name: string;
    readonly arguments: unknown;
  }[];
  readonly server_tool_calls?: readonly { readonly id: string }[];
  /** Links or file names, one a citation. */
  readonly citations?: readonly string[];
  readonly citation_count?: number;
  readonly choices?: readonly { readonly text?: string }[];
  readonly usage?: Readonly<Record<string, number>> | null;
  readonly usage_raw?: Readonly<Record<string, unknown>>;
  readonly embeddings?: { readonly count: number; readonly dimensions: number };
  readonly images?: { readonly count: number };
  readonly moderation?: readonly { readonly flagged: boolean }[];
  readonly audio?: { readonly transcript: string };
  readonly service_tier?: string;
  readonly system_fingerprint?: string;
  readonly error?: {
    readonly status: number;
    readonly type?: string;
    readonly code?: string | number;
    readonly message: string;
    readonly mid_stream?: boolean;
  };
}

const BESIDE_CHECKOUT = fileURLToPath(new URL("../../../shared/fixtures", import.meta.url));
const FOLDER = join(process.env.KIT_FIXTURES ?? BESIDE_CHECKOUT, "llm");

/** Says where recordings were looked for, for the name of a test that cannot run without them. */
export const RECORDINGS_ABSENT = `recorded provider traffic is absent: ${FOLDER} (set KIT_FIXTURES)`;

/** The recordings of some providers; empty when they do not stand beside this checkout. */
export function readRecordings(...providers: readonly string[]): Recording[] {
  return providers.flatMap((provider) => {
    const folder = join(FOLDER, provider);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Recording);
  });
}
