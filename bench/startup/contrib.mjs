import { register } from "node:module";
import { OpenAIInstrumentation } from "@opentelemetry/instrumentation-openai";
import "./plain-otel.mjs";

register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);
new OpenAIInstrumentation().enable();
