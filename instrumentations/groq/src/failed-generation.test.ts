import { expect, it } from "vitest";
import { withoutAnswer } from "./failed-generation.js";

class BadRequestError extends Error {
  readonly status = 400;
  readonly error: unknown;
  constructor(error: unknown) {
    super(`400 ${JSON.stringify(error)}`);
    this.error = error;
  }
}

it("keeps what Groq says of an answer that it could not read, and its status", () => {
  const error = new BadRequestError({ error: { message: "No tool call.", failed_generation: "<look>" } });
  const { stack } = error;
  expect(withoutAnswer(error)).toEqual({
    constructor: BadRequestError,
    message: "400 No tool call.",
    stack,
  });
  expect(withoutAnswer(new BadRequestError({ error: { failed_generation: "<look>" } }))).toMatchObject({
    message: undefined,
  });
});

it.each([undefined, "boom", new Error("x"), new BadRequestError({ error: { message: "No." } })])(
  "leaves %s as it is",
  (error) => {
    expect(withoutAnswer(error)).toBeUndefined();
  },
);
