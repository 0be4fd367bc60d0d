// Starts spans where no context is, as a new root, and in the root context itself.
import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("app");
tracer.startSpan("joined").end();
tracer.startSpan("new root", { root: true }).end();
context.with(ROOT_CONTEXT, () => tracer.startSpan("in the root context").end());
