// An application that the kit was started for by `init`, with one model call, and which then has nothing more to do.
import { init } from "@kit/sdk";
import { trace } from "@opentelemetry/api";

init({ autoPatch: false, tracesExporter: "none" });
const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o" };
trace.getTracer("app").startSpan("chat gpt-4o", { attributes }).end();
