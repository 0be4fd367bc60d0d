// A server, to which SIGHUP means that its configuration has changed.
import { trace } from "@opentelemetry/api";
import "./wait.mjs";

process.on("SIGHUP", () => {
  setTimeout(() => {
    trace.getTracer("app").startSpan("reload").end();
    console.log("reloaded");
  }, 100);
});
