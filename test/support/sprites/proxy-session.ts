import { connect } from "node:net";
import type { WebSocket } from "ws";
import type { Faults } from "./faults.js";

/** The service reads a first message of this size at most, and later ones of this. */
const FIRST_MESSAGE = 1024;
const MESSAGE = 10 * 1024 * 1024;

/**
 * One forwarded connection, as the vendor's published server serves it: a text frame that names the target, an answer, then
 * bytes. It cannot close half of a connection, and ends one without a close frame.
 */
export function serveProxy(client: WebSocket, faults: Faults): void {
  client.on("error", () => undefined);
  client.once("message", (data: Buffer, isBinary) => {
    if (isBinary || data.length > FIRST_MESSAGE) client.close(1003, "Expected JSON initialization message");
    else open(client, data.toString(), faults);
  });
}

function open(client: WebSocket, text: string, { proxyAnswer }: Faults): void {
  const { host, port, ...strange } = JSON.parse(text) as { host?: string; port?: number };
  const isStrange = Object.keys(strange).length > 0 || (host !== "localhost" && host !== "127.0.0.1");
  if (isStrange || !Number.isInteger(port) || !port) {
    client.close(1003, "Invalid initialization message");
    return;
  }
  if (proxyAnswer !== undefined) {
    if (proxyAnswer !== "") client.send(proxyAnswer);
    return;
  }
  const target = connect({ host: "127.0.0.1", port });
  const refused = (error: Error): void => client.close(1011, `Failed to connect to target: ${error.message}`);
  target.once("error", refused);
  target.once("connect", () => {
    target.off("error", refused).on("error", () => undefined);
    client.send(JSON.stringify({ status: "connected", target: `127.0.0.1:${port}` }));
    client.on("message", (data: Buffer, isBinary) => {
      if (data.length > MESSAGE) client.close(1009);
      else if (isBinary && !target.write(data)) {
        client.pause();
        target.once("drain", () => client.resume());
      }
    });
    target.on("data", (data) => {
      target.pause();
      client.send(data, () => target.resume());
    });
    target.once("close", () => client.terminate());
    client.once("close", () => target.destroy());
  });
}
