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

/** The settings win over the addresses. A user without a password in an address is a token. */
function readLogin(settings: NatsSettings, addresses: readonly ServerAddress[]): ConnectionOptions {
  if (settings.token !== undefined) return { token: settings.token };
  if (settings.user !== undefined) return { user: settings.user, ...given("pass", settings.password) };
  const { user, password } = addresses.find((address) => address.user !== undefined) ?? {};
  if (user === undefined) return {};
  return password === undefined ? { token: user } : { user, pass: password };
}
