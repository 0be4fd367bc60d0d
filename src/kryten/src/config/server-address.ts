/** A NATS server as configured, its login apart from where it is. */
export interface ServerAddress {
  /** Without the login: may be logged. */
  readonly server: string;
  /** `tls` or `wss`. */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
}

/** The login ends at the last `@`, as other NATS clients read it: passwords hold `@` and `/`, hosts do not. */
const ADDRESS = /^([a-z]+:\/\/)?(?:(.*)@)?(.*)$/is;

/** `nats://user:password@host:port`, of which `nats` itself takes the login for a part of the host. */
export function readServerAddress(address: string): ServerAddress {
  const [, scheme = "", login, host = ""] = ADDRESS.exec(address) ?? [];
  const server = `${scheme}${host}`;
  const secure = /^(tls|wss):/i.test(scheme);
  if (login === undefined) return { server, secure };
  const colon = login.indexOf(":");
  if (colon < 0) return { server, secure, user: decode(login) };
  return { server, secure, user: decode(login.slice(0, colon)), password: decode(login.slice(colon + 1)) };
}

/** A lone `%` is a character of the password, not a fault of the address. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
