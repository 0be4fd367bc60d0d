import type { ConnectionOptions } from "nats";
import type { NatsSettings } from "./config.js";
import { readServerAddress, type ServerAddress } from "./server-address.js";

/** The options of `nats` for our settings: milliseconds, and credentials taken out of server addresses. */
export function toConnectionOptions(settings: NatsSettings, name: string): ConnectionOptions {
  const { tlsCert, tlsKey, tlsCa } = settings;
  const addresses = settings.servers.map(readServerAddress);
  const files = { ...given("certFile", tlsCert), ...given("keyFile", tlsKey), ...given("caFile", tlsCa) };
  const secure = Object.keys(files).length > 0 || addresses.some((address) => address.secure);
  return {
    servers: addresses.map(({ server }) => server),
    name,
    ...readLogin(settings, addresses),
    ...(secure ? { tls: files } : {}),
    timeout: settings.connectTimeout * 1000,
    reconnectTimeWait: settings.reconnectTimeWait * 1000,
    pingInterval: settings.pingInterval * 1000,
    // 0 must mean no reconnection; `nats` would still try once.
    reconnect: settings.maxReconnectAttempts !== 0,
    maxReconnectAttempts: settings.maxReconnectAttempts,
  };
}

function given<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: string });
}

/**
 * The settings win over the addresses. With both kinds of login set both are sent, and the server takes the kind that it
 * asks for. A user without a password in an address is a token.
 */
function readLogin(settings: NatsSettings, addresses: readonly ServerAddress[]): ConnectionOptions {
  const { user, password, token } = settings;
  if (user !== undefined || token !== undefined) {
    return { ...given("user", user), ...given("pass", password), ...given("token", token) };
  }
  const address = addresses.find((other) => other.user !== undefined);
  if (address?.user === undefined) return {};
  if (address.password === undefined) return { token: address.user };
  return { user: address.user, pass: address.password };
}
