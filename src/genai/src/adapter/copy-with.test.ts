import { expect, it } from "vitest";
import { copyWith } from "./copy-with.js";

class Tool {
  run = () => "original";
  describe() {
    return this.run();
  }
}

it("replaces one member and keeps prototype, hidden members and the original as they were", () => {
  const tool = Object.defineProperty(new Tool(), "secret", { value: 1, enumerable: false });
  const copy = copyWith(tool, "run", () => "copy");
  expect(copy.describe()).toBe("copy");
  expect(tool.describe()).toBe("original");
  expect((copy as unknown as { secret: number }).secret).toBe(1);
  expect(Object.keys(copy)).toEqual(["run"]);
});

it("copies what is frozen", () => {
  expect(copyWith(Object.freeze(new Tool()), "run", () => "copy").run()).toBe("copy");
});
