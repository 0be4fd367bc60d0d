import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A port of the loopback interface that was free a moment ago, for programs that cannot choose one and tell. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/**
 * A port where nobody listens: systems hand out none as low, and it is not among those that `fetch` refuses to call. One
 * that was free a moment ago may be somebody's by now, in a process of the tests beside.
 */
export const CLOSED_PORT = 2;
