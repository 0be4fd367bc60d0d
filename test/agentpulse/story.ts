import {
  type Attributes,
  type Context,
  context,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";

/** Tells one span with its children; times are seconds before `now`. */
interface Telling {
  readonly name: string;
  readonly attributes: Attributes;
  /** From and to, in seconds before the end of the story. */
  readonly from: number;
  readonly to: number;
  readonly failed?: string;
  readonly inside?: readonly Telling[];
}

const CHAT: Attributes = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o",
  "gen_ai.usage.input_tokens": 1000,
  "gen_ai.usage.output_tokens": 1000,
};

/** What a chat of the story costs, in US dollars. */
export const CHAT_COST = 0.0125;

const SESSION = "mail-check";
export const CRON_KEY = "agent:main:cron:nightly";

const inSession = { "session.id": SESSION };
const inCron = { "session.id": CRON_KEY };

const story: readonly Telling[] = [
  {
    name: `invoke_workflow ${SESSION}`,
    attributes: {
      ...inSession,
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.workflow.name": SESSION,
      "kit.kind": "session",
      "kit.session.name": SESSION,
    },
    from: 10,
    to: 5,
    inside: [
      {
        name: "task classify",
        attributes: { ...inSession, "kit.kind": "task" },
        from: 9,
        to: 6,
        inside: [{ name: "chat gpt-4o", attributes: { ...inSession, ...CHAT }, from: 8, to: 6.75 }],
      },
      {
        name: "metric queue_depth",
        attributes: {
          ...inSession,
          "kit.kind": "metric",
          "kit.event.name": "queue_depth",
          "kit.metric.value": 23,
        },
        from: 6,
        to: 6,
      },
    ],
  },
  {
    name: "cron nightly",
    attributes: { ...inCron, "kit.kind": "cron", "kit.cron.job": "nightly" },
    from: 4,
    to: 2,
    failed: "disk full",
    inside: [{ name: "chat gpt-4o", attributes: { ...inCron, ...CHAT }, from: 3.5, to: 3 }],
  },
  {
    name: "alert",
    attributes: { "kit.kind": "alert", "kit.alert.message": "Cost spike", "kit.alert.severity": "warning" },
    from: 1,
    to: 1,
  },
  {
    name: "event snapshot",
    attributes: { "kit.kind": "event", "kit.event.name": "snapshot", "kit.event.data": '{"size":142}' },
    from: 1,
    to: 1,
  },
];

/** Plays a session with a model call, a failing job with another, an alert and an event, all just past. */
export function playStory(tracer: Tracer, now = Date.now()): void {
  for (const telling of story) tell(tracer, telling, now, context.active());
}

function tell(tracer: Tracer, telling: Telling, now: number, parent: Context): void {
  const { name, attributes, from, to, failed, inside = [] } = telling;
  const span = tracer.startSpan(name, { attributes, startTime: now - from * 1000 }, parent);
  for (const child of inside) tell(tracer, child, now, trace.setSpan(parent, span));
  if (failed !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failed });
  span.end(now - to * 1000);
}
