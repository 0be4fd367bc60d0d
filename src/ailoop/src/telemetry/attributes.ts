/** Names of the messaging conventions and, below them, this package's own. */
export const ATTR = {
  SYSTEM: "messaging.system.name",
  /** The name of `messaging.system.name` before conventions 1.45, for dashboards that look for it. */
  OLD_SYSTEM: "messaging.system",
  OPERATION_NAME: "messaging.operation.name",
  OPERATION_TYPE: "messaging.operation.type",
  DESTINATION: "messaging.destination.name",
  MESSAGE_ID: "messaging.message.id",
  CONVERSATION_ID: "messaging.message.conversation_id",
  SERVER_ADDRESS: "server.address",
  SERVER_PORT: "server.port",
  PROTOCOL: "network.protocol.name",
  HTTP_STATUS: "http.response.status_code",
  ERROR_TYPE: "error.type",

  CONTENT_TYPE: "ailoop.content.type",
  SENDER_TYPE: "ailoop.sender.type",
  PRIORITY: "ailoop.priority",
  RESPONSE_TYPE: "ailoop.response.type",
  RESPONSE_OPTION_ID: "ailoop.response.option.id",
  RESPONSE_OPTION_INDEX: "ailoop.response.option.index",
  PROMPT_TIMEOUT: "ailoop.prompt.timeout",
  PROMPT_CHOICES: "ailoop.prompt.choices",
  DECISION_ID: "ailoop.decision.id",
  TRANSPORT: "ailoop.transport",
  DIALECT: "ailoop.dialect",
  HUMAN_RESPONSE_TIME: "ailoop.human.response_time",
  /** approved, denied, answered, timeout, cancelled; aborted or error when no answer came. */
  OUTCOME: "ailoop.outcome",
  RECONNECT_ATTEMPT: "ailoop.reconnect.attempt",
  RECONNECT_DELAY: "ailoop.reconnect.delay",
  SERVER_VERSION: "ailoop.server.version",
  CLIENT_VERSION: "ailoop.client.version",
  VERSION_COMPATIBLE: "ailoop.version.compatible",
  PROMPT_TEXT: "ailoop.prompt.text",
  RESPONSE_ANSWER: "ailoop.response.answer",
} as const;

export const EVENT = {
  PROMPT_SENT: "ailoop.prompt.sent",
  RESPONSE_RECEIVED: "ailoop.response.received",
  WAIT_ABORTED: "ailoop.wait.aborted",
  VERSION_INCOMPATIBLE: "ailoop.version.incompatible",
} as const;

export const METRIC = {
  HUMAN_RESPONSE_DURATION: "ailoop.human.response.duration",
  OPERATION_DURATION: "messaging.client.operation.duration",
  INVALID_FRAMES: "ailoop.client.invalid_frames",
  DROPPED_MESSAGES: "ailoop.client.dropped_messages",
} as const;
