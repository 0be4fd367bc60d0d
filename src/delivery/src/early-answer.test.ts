import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { HttpPoster } from "./index.js";

/** More than sockets hold. */
const LENGTH = 30_000_000;

async function serve(talk: (socket: Socket) => void) {
  const server = createServer((socket) => talk(socket.on("error", () => {})));
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return new HttpPoster({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
}

it("tells no answer before its body has left, whose memory is used again then", async () => {
  const happened: string[] = [];
  const poster = await serve((socket) => {
    let received = 0;
    socket.pause().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    setTimeout(() => socket.resume(), 200);
    socket.on("data", (bytes) => {
      if (received === 0) happened.push("is read");
      received += bytes.length;
    });
  });
  const answer = await poster.post("a".repeat(LENGTH));
  happened.push("is answered");
  expect(answer).toMatchObject({ status: 200, text: "ok" });
  expect(happened).toEqual(["is read", "is answered"]);
});
