/** A batch with one of everything an exporter sends, as of `now` (unix seconds). A running server took it whole. */
export function referenceBatch(now: number) {
  const session = "daily-email-check";
  const trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  const root = "00f067aa0ba902b7";
  const task = "b7ad6b7169203331";
  const chat = "a1b2c3d4e5f60718";
  return [
    {
      kind: "sdk_init",
      ts: now - 13,
      data: { sdk_version: "0.1.0", runtime: "node", agent: "marcus", summary: "sdk 0.1.0 started" },
    },
    {
      kind: "session_start",
      ts: now - 12,
      session,
      span_id: root,
      data: { name: session, span_kind: "session", trace_id, span_id: root, summary: `session ${session}` },
    },
    {
      kind: "cost",
      ts: now - 9.75,
      session,
      span_id: chat,
      parent_span_id: task,
      data: {
        type: "llm_call",
        operation: "chat",
        provider: "openai",
        model: "gpt-4o",
        response_model: "gpt-4o-2024-08-06",
        input_tokens: 150,
        output_tokens: 89,
        tokens: 239,
        cost_usd: 0.001265,
        cost: 0.001265,
        latency_ms: 1234.5,
        duration: 1235,
        status: "success",
        streaming: false,
        trace_id,
        span_id: chat,
        parent_span_id: task,
      },
    },
    {
      kind: "cost",
      ts: now - 9,
      session,
      data: {
        type: "llm_call",
        provider: "anthropic",
        model: "claude-sonnet-4",
        input_tokens: 0,
        output_tokens: 0,
        tokens: 0,
        latency_ms: 10,
        duration: 10,
        status: "error",
        error: "overloaded_error: Overloaded",
        error_type: "529",
        streaming: true,
      },
    },
    {
      kind: "span_end",
      ts: now - 8,
      session,
      span_id: task,
      parent_span_id: root,
      data: {
        name: "classify",
        span_kind: "task",
        status: "ok",
        duration_ms: 3000,
        duration: 3000,
        trace_id,
      },
    },
    {
      kind: "session",
      ts: now - 7,
      session,
      span_id: root,
      data: {
        action: "end",
        type: "session",
        name: session,
        label: session,
        status: "success",
        duration: 5000,
        logs: [{ ts: now - 9, message: "Processed 5 emails" }],
        summary: `session ${session}`,
      },
    },
    {
      kind: "cron",
      ts: now - 4,
      session: "agent:main:cron:nightly-cleanup",
      data: {
        job: "nightly-cleanup",
        status: "fail",
        started_at: now - 6,
        duration_ms: 2000,
        duration: 2000,
        error: "Error: disk full",
      },
    },
    {
      kind: "metric",
      ts: now - 1,
      data: { name: "queue_depth", value: 23, tags: { queue: "inbound" }, summary: "queue_depth=23" },
    },
    {
      kind: "alert",
      ts: now - 1,
      data: {
        message: "Cost spike",
        title: "Cost spike",
        severity: "warning",
        details: "$5.20 in last hour",
      },
    },
    {
      kind: "custom_event",
      ts: now - 1,
      data: { name: "memory_snapshot", file: "MEMORY.md", size_kb: 142, summary: "memory_snapshot" },
    },
    {
      kind: "error",
      ts: now,
      data: { name: "uncaughtException", error: "TypeError: x is not a function", error_type: "TypeError" },
    },
  ];
}
