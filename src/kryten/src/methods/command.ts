import { randomUUID } from "node:crypto";
import { type JsonObject, toWireTimestamp } from "../json.js";
import type { Content } from "../telemetry/content.js";

/** Options of every command, always the last argument. */
export interface CommandOptions {
  /** CyTube domain of the bridge. @default the configured channel's of that name, else the first configured one */
  domain?: string | undefined;
  /**
   * Wait for the bridge's answer and throw {@link CommandError} when it did not do it. Otherwise a command
   * counts as sent when the NATS server has it. @default false
   */
  confirm?: boolean | undefined;
  /** Seconds to wait for an answer. @default 5 */
  timeout?: number | undefined;
  /** Gives up waiting; the command may have been sent. Rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** To whom a command goes, and how. */
export interface CommandRoute {
  /** @default "robot" */
  service?: string | undefined;
  /** Waits its turn among the chat lines. @default false */
  throttled?: boolean | undefined;
}

/** The sender of a command and the bridge that it is for. */
export interface CommandMeta {
  source: string;
  channel: string;
  domain: string;
}

/** A command as it crosses the bus. */
export interface CommandEnvelope {
  readonly requestId: string;
  readonly body: JsonObject;
}

/**
 * `service` is only written for the bridge, whose two listeners both look at it; queries of the bridge's
 * state read their fields beside `command` instead of in `args`.
 */
export function createEnvelope(
  service: string,
  command: string,
  meta: CommandMeta,
  fields: { args: JsonObject; topLevel?: JsonObject | undefined },
): CommandEnvelope {
  const requestId = randomUUID();
  const { source, domain, channel } = meta;
  const body: JsonObject = {
    ...(service === "robot" ? { service } : {}),
    command,
    ...fields.topLevel,
    args: fields.args,
    meta: { source, timestamp: toWireTimestamp(new Date()), domain, channel, request_id: requestId },
  };
  return { requestId, body };
}

/** Which argument of a command is chat text and which names a person. */
const CONTENT: Readonly<Record<string, { text?: string; user?: string }>> = {
  say: { text: "message" },
  pm: { text: "msg", user: "to" },
  kick: { user: "name", text: "reason" },
  ban: { user: "name", text: "reason" },
  mute: { user: "name" },
  smute: { user: "name" },
  assignLeader: { user: "name" },
  setChannelRank: { user: "username" },
  unban: { user: "username" },
  "state.user": { user: "username" },
};

export function readContent(command: string, args: JsonObject): Content | undefined {
  const keys = CONTENT[command];
  if (!keys) return undefined;
  const read = (key: string | undefined) => {
    const value = key === undefined ? undefined : args[key];
    return typeof value === "string" ? value : undefined;
  };
  return { text: read(keys.text), user: read(keys.user) };
}
