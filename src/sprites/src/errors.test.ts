import { inspect } from "node:util";
import { expect, it } from "vitest";
import {
  ApiError,
  AuthenticationError,
  CheckpointError,
  ConnectionError,
  ExecutionError,
  RestoreError,
  SpritesError,
  TimeoutError,
} from "./index.js";

const CLASSES = {
  SpritesError,
  AuthenticationError,
  ConnectionError,
  CheckpointError,
  RestoreError,
  ExecutionError,
  TimeoutError,
  ApiError,
};

it.each(Object.entries(CLASSES))(
  "%s is exported, is a SpritesError, and has its name whatever a bundler calls its class",
  (name, Class) => {
    const error = new Class("text", { status: 404, cause: "why" });
    expect(error).toBeInstanceOf(SpritesError);
    expect(error).toBeInstanceOf(Error);
    expect(Object.getOwnPropertyDescriptor(error, "name")?.value).toBe(name);
    expect(error).toMatchObject({ message: "text", status: 404, cause: "why" });
  },
);

it("lists only what is known when it is printed", () => {
  expect(inspect(new ConnectionError("text", { closeCode: 1006 }))).toMatch(/\{\s+closeCode: 1006\s+\}$/);
});

it("has the server's code also under Node's name for it, and the system's own first", () => {
  expect(new ApiError("x", { errorCode: "a" }).code).toBe("a");
  expect(new ApiError("x", { errorCode: "a", code: "ENOENT" })).toMatchObject({
    errorCode: "a",
    code: "ENOENT",
  });
});
