import { createRequire, register } from "node:module";
import { pathToFileURL } from "node:url";
import { OpenAIInstrumentation } from "@opentelemetry/instrumentation-openai";
import "./plain-otel.mjs";

// The hook must be of the copy of the base that the instrumentation itself uses.
const { resolve } = createRequire(
  createRequire(import.meta.url).resolve("@opentelemetry/instrumentation-openai"),
);
register(pathToFileURL(resolve("@opentelemetry/instrumentation/hook.mjs")));
new OpenAIInstrumentation().enable();
