// An application that sets OpenTelemetry up itself, after ours did.
import "./own-provider.mjs";

await import("./chat.mjs");
