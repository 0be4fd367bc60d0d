import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the ports that systems hand out, on Linux from 32768, to whoever asks for any port and to every connection that
 * is made: of those, one that was free a moment ago, or is free while its server is down, may be somebody's soon.
 */
const FIRST = 20_000;
const LAST = 31_999;

/** How many a process has to itself, beside those that were started just before and after it. */
const OWN = 16;

let next = FIRST + ((process.pid * OWN) % (LAST + 1 - FIRST));

/** A free port of the loopback interface, for programs that cannot choose one and tell, and for those that come back. */
export async function freePort(): Promise<number> {
  for (let tried = FIRST; tried <= LAST; tried += 1) {
    const port = next;
    next = port === LAST ? FIRST : port + 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST} to ${LAST} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(port, "127.0.0.1"), "listening");
  } catch {
    return false;
  }
  probe.close();
  await once(probe, "close");
  return true;
}

/**
 * A port where nobody listens: systems hand out none as low, and it is not among those that `fetch` refuses to call. One
 * that was free a moment ago may be somebody's by now, in a process of the tests beside.
 */
export const CLOSED_PORT = 2;
