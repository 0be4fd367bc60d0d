import { SpanKind } from "@opentelemetry/api";
import type { Engine } from "../engine.js";
import { ConnectionError, ValidationError } from "../errors.js";
import { checkId } from "../model/checks.js";
import type { Message } from "../model/message.js";
import { ATTR, EVENT } from "../telemetry/attributes.js";
import { messageAttributes } from "../telemetry/message-attributes.js";
import type { AbortOptions } from "./socket-calls.js";
import { judgeVersion, type VersionCompatibility } from "./version-check.js";

export async function getMessage(
  { telemetry, api }: Engine,
  messageId: string,
  { signal }: AbortOptions,
): Promise<Message> {
  const id = checkId(messageId, "messageId");
  return telemetry.run(
    { name: "get_message", kind: SpanKind.CLIENT, type: "receive", protocol: "http" },
    async (operation) => {
      operation.set({ [ATTR.MESSAGE_ID]: id });
      const onStatus = (status: number) => operation.set({ [ATTR.HTTP_STATUS]: status });
      const message = await api.getMessage(id, { signal, trace: operation.carrier(), onStatus });
      operation.set({ ...messageAttributes(message), [ATTR.DESTINATION]: message.channel });
      return message;
    },
    signal,
  );
}

export function checkVersion(
  { telemetry, api, dialect }: Engine,
  { signal }: AbortOptions,
): Promise<VersionCompatibility> {
  return telemetry.run(
    { name: "check_version", onServer: true, kind: SpanKind.CLIENT, protocol: "http" },
    async (operation) => {
      const onStatus = (status: number) => operation.set({ [ATTR.HTTP_STATUS]: status });
      const health = await api.health({ signal, trace: operation.carrier(), onStatus }).catch(notHealthy);
      dialect.note(health);
      const result = judgeVersion(health);
      operation.set({
        [ATTR.SERVER_VERSION]: result.serverVersion,
        [ATTR.CLIENT_VERSION]: result.clientVersion,
        [ATTR.VERSION_COMPATIBLE]: result.compatible,
      });
      if (!result.compatible) {
        operation.event(EVENT.VERSION_INCOMPATIBLE, { [ATTR.SERVER_VERSION]: result.serverVersion });
      }
      return result;
    },
    signal,
  );
}

/** A server that answers with anything but health is no ailoop server. */
function notHealthy(error: unknown): never {
  if (!(error instanceof ValidationError)) throw error;
  throw new ConnectionError(error.message, { cause: error, status: error.status, body: error.body });
}
