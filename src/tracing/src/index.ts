export { alert } from "./alert.js";
export { joinSession } from "./baggage.js";
export { type CronOptions, type CronRun, cron } from "./cron.js";
export { event } from "./event.js";
export { agent, type Mark, type MarkOptions, task, tool, trace } from "./mark.js";
export { metric } from "./metric.js";
export type { Scope } from "./scope.js";
export { type Session, type SessionOptions, session } from "./session.js";
