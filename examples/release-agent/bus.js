const {
  NATS_URL = "nats://localhost:4222",
  CHAT_DOMAIN = "cytu.be",
  CHAT_CHANNEL = "releases",
} = process.env;

/** Subject on which releases are told. */
export const RELEASED = "kryten.events.release-agent.released";
export const CHANNEL = CHAT_CHANNEL;

export function busConfig(name) {
  return {
    nats: { servers: [NATS_URL] },
    channels: [{ domain: CHAT_DOMAIN, channel: CHAT_CHANNEL }],
    service: { name },
    logLevel: "WARNING",
  };
}
