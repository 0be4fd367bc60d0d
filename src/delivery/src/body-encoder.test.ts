import { expect, it } from "vitest";
import { BodyEncoder, type ListBody } from "./body-encoder.js";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

it("gives the bytes of a text, whatever is in it", () => {
  const bodies = new BodyEncoder();
  for (const body of ["", "plain", "é 語 😀", "\ud800", "x".repeat(100_000)]) {
    const bytes = bodies.encode(body);
    expect(text(bytes)).toBe(Buffer.from(body).toString());
    bodies.reuse(bytes);
  }
});

it("keeps bodies apart that are in use at the same time", () => {
  const bodies = new BodyEncoder();
  bodies.reuse(bodies.encode("x".repeat(1_000)));
  const [first, second] = [bodies.encode("first"), bodies.encode("second")];
  expect([first, second].map(text)).toEqual(["first", "second"]);
});

it("takes the same memory again once it was given back, unless it is very large", () => {
  const bodies = new BodyEncoder();
  const first = bodies.encode("x".repeat(1_000));
  bodies.reuse(first);
  expect(bodies.encode("y".repeat(500)).buffer).toBe(first.buffer);
  const large = bodies.encode("x".repeat(2_000_000));
  bodies.reuse(large);
  expect(bodies.encode("y").buffer).not.toBe(large.buffer);
});

it("puts a list together", () => {
  const bodies = new BodyEncoder();
  const list = (...items: ListBody["items"]) => text(bodies.encode({ before: "[", items, after: "]é" }));
  expect([list(), list("1"), list('"ü"', "{}", '"€"')]).toEqual(["[]é", "[1]é", '["ü",{},"€"]é']);
  expect(list([], ['"ü', Buffer.from('€"')], "1", [Buffer.from("{}")])).toBe('[,"ü€",1,{}]é');
});
