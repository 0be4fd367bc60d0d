import type { ConnectionOptions } from "nats";
import type { NatsSettings } from "./config.js";

/** The options of `nats` for our settings: milliseconds, and credentials taken out of server addresses. */
export function toConnectionOptions(settings: NatsSettings, name: string): ConnectionOptions {
  const { tlsCert, tlsKey, tlsCa } = settings;
  const addresses = settings.servers.map(readAddress);
  const found = addresses.find((address) => address.user !== undefined);
  const tls =
    tlsCert !== undefined ||
    tlsKey !== undefined ||
    tlsCa !== undefined ||
    addresses.some(({ secure }) => secure);
  return {
    servers: addresses.map(({ server }) => server),
    name,
    ...readLogin(settings, found),
    ...(tls
      ? { tls: { ...given("certFile", tlsCert), ...given("keyFile", tlsKey), ...given("caFile", tlsCa) } }
      : {}),
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

function readLogin(settings: NatsSettings, found: Address | undefined): ConnectionOptions {
  if (settings.token !== undefined) return { token: settings.token };
  if (settings.user !== undefined) return { user: settings.user, ...given("pass", settings.password) };
  if (found?.user === undefined) return {};
  return found.password === undefined ? { token: found.user } : { user: found.user, pass: found.password };
}

interface Address {
  server: string;
  secure: boolean;
  user?: string;
  password?: string;
}

/** `nats://user:password@host:port`: other NATS clients read the credentials, `nats` takes them for the host. */
function readAddress(address: string): Address {
  const [, scheme = "", login, rest = ""] = /^([a-z]+:\/\/)?(?:([^@/]*)@)?(.*)$/i.exec(address) ?? [];
  const secure = /^(tls|wss):/i.test(scheme);
  if (login === undefined) return { server: address, secure };
  const [user = "", password] = login.split(":", 2).map(decodeURIComponent);
  return { server: `${scheme}${rest}`, secure, user, ...(password === undefined ? {} : { password }) };
}
