import { crc32 } from "node:zlib";
import { type Reply, type Step, script } from "./provider/reply.js";

const HEADERS = { "content-type": "application/vnd.amazon.eventstream" };

/** One message of an event stream of AWS: lengths, headers and payload, each guarded by a checksum. */
export function awsEvent(type: string, payload: object, kind = "event"): Buffer {
  const headers = Buffer.concat([
    header(":message-type", kind),
    header(kind === "event" ? ":event-type" : ":exception-type", type),
    header(":content-type", "application/json"),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(headers.length + body.length + 16, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const guarded = Buffer.concat([prelude, checksum(prelude), headers, body]);
  return Buffer.concat([guarded, checksum(guarded)]);
}

/** An answer made of such messages and control steps. */
export function awsStream(steps: readonly Step[]): Reply {
  return script(steps, { headers: HEADERS });
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  // 7: a string.
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([7]),
    length,
    Buffer.from(value),
  ]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
