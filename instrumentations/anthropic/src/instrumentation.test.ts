import { expect, it } from "vitest";
import { AnthropicInstrumentation } from "./instrumentation.js";

it("finds messages in the namespace that tools had before 0.27", () => {
  class Messages {
    create() {}
  }
  class Tools {
    messages = new Messages();
  }
  class Beta {
    tools = new Tools();
  }
  const Anthropic = Object.assign(class {}, { Beta });
  const targets = AnthropicInstrumentation.definition.targets({ Anthropic }, "0.24.0");
  expect(targets.filter(({ on }) => on === Messages.prototype).map(({ method }) => method)).toContain(
    "create",
  );
});
