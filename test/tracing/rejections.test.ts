import { afterAll, expect, it } from "vitest";
import { clear, compile, run } from "./compiled-programs.js";

afterAll(clear);

it("leaves every rejection as handled or unhandled as it was without marks", () => {
  const program = compile("rejections", ["--target", "es2022"]);
  const bare = run<unknown[]>(process.execPath, program, "bare");
  const marked = run<unknown[]>(process.execPath, program, "marked");
  expect(marked).toEqual(bare);
  // So that the comparison is not one of nothing with nothing.
  expect(bare["asynchronous, ignored"]).toEqual(["the very error", 0]);
  expect(bare["asynchronous, caught"]).toEqual([0]);
  expect(bare["asynchronous, caught late"]).toEqual(["the very error", 1]);
});
