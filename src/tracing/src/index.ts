export { agent, type Mark, type MarkOptions, task, tool, trace } from "./mark.js";
export { alert } from "./moment/alert.js";
export { event } from "./moment/event.js";
export { metric } from "./moment/metric.js";
export type { Scope } from "./scope/scope.js";
export { joinSession } from "./session/baggage.js";
export { type CronOptions, type CronRun, cron } from "./session/cron.js";
export { type Session, type SessionOptions, session } from "./session/session.js";
