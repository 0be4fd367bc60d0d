import { createRequire } from "node:module";
import type AnthropicSdk from "@anthropic-ai/sdk";
import { AnthropicInstrumentation } from "@kit/instrumentation-anthropic";
import { propagation, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { type Answers, json, ProviderServer, type Reply, script } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";

/** Folders of test/matrix, one for each generation of the SDK. */
export const VERSIONS = ["anthropic-0.30", "anthropic-0.133", "anthropic-0.134", "anthropic-1"] as const;

/** Generations that make spans by themselves. */
export const NATIVE_VERSIONS = ["anthropic-0.134", "anthropic-1"] as const;

/** Generations with a tool runner, with and without spans of their own. */
export const RUNNER_VERSIONS = ["anthropic-0.133", ...NATIVE_VERSIONS] as const;

export type Version = (typeof VERSIONS)[number];
export type Config = ConstructorParameters<typeof AnthropicInstrumentation>[0];
// biome-ignore lint/suspicious/noExplicitAny: four majors of one library share no type.
export type Client = any;

export const MODEL = "claude-sonnet-4-20250514";
export const PARAMS = {
  model: MODEL,
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "What is the weather?" }],
};
export const USAGE = { input_tokens: 10, cache_read_input_tokens: 30, cache_creation_input_tokens: 20 };

/** The very package that an application in that folder of the matrix would load. */
export function loadSdk(version: Version): typeof import("@anthropic-ai/sdk") & Record<string, unknown> {
  return createRequire(new URL(`../../matrix/${version}/package.json`, import.meta.url))("@anthropic-ai/sdk");
}

/** An answer of the messages API. */
export function message(content: readonly object[], more: object = {}) {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: MODEL,
    content,
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 7 },
    ...more,
  };
}

/** The events in which the API streams that answer. */
export function eventsOf({ content, stop_reason, usage, ...start }: ReturnType<typeof message>): object[] {
  const blocks = content as ({ type: string; text?: string; input?: unknown } & object)[];
  return [
    {
      type: "message_start",
      message: { ...start, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
    },
    ...blocks.flatMap((block, index) => [
      { type: "content_block_start", index, content_block: { ...block, ...emptied(block) } },
      { type: "content_block_delta", index, delta: deltaOf(block) },
      { type: "content_block_stop", index },
    ]),
    {
      type: "message_delta",
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: usage.output_tokens },
    },
    { type: "message_stop" },
  ];
}

function emptied(block: { text?: string; input?: unknown }): object {
  return block.text !== undefined ? { text: "" } : { input: {} };
}

function deltaOf(block: { text?: string; input?: unknown }): object {
  return block.text !== undefined
    ? { type: "text_delta", text: block.text }
    : { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
}

/** Answers with that message, streamed when the request asks for it. */
export function reply(answer: ReturnType<typeof message>, stream: boolean): Reply {
  return stream ? script(eventsOf(answer)) : json(answer);
}

export const HELLO = message([{ type: "text", text: "Hello" }]);

/** Everything one test needs: the SDK of one generation, instrumented, talking to a local server. */
export interface Stage {
  readonly client: Client;
  readonly sdk: ReturnType<typeof loadSdk>;
  readonly server: ProviderServer;
  readonly telemetry: Telemetry;
  readonly instrumentation: AnthropicInstrumentation;
  close(): Promise<void>;
}

/** Sets the stage; with `global`, the provider is also the application's, so that SDKs with own spans make them. */
export async function setStage(
  version: Version,
  answers: Answers,
  { config = {}, global = false, options = {} }: { config?: Config; global?: boolean; options?: object } = {},
): Promise<Stage> {
  const capture = config?.captureMessageContent === true ? "SPAN_ONLY" : "NO_CONTENT";
  const telemetry = new Telemetry({ capture });
  if (global) {
    trace.setGlobalTracerProvider(telemetry.tracerProvider);
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  }
  const instrumentation = telemetry.observe(new AnthropicInstrumentation(config));
  const sdk = loadSdk(version);
  instrumentation.manuallyInstrument(sdk);
  const server = await ProviderServer.start();
  const Anthropic = (sdk.Anthropic ?? sdk.default) as unknown as typeof AnthropicSdk;
  const baseURL = server.serve("/anthropic", answers);
  const client = new Anthropic({ apiKey: "test-key", baseURL, maxRetries: 0, ...options });
  const close = async () => {
    instrumentation.disable();
    trace.disable();
    propagation.disable();
    await server.close();
  };
  return { client, sdk, server, telemetry, instrumentation, close };
}
