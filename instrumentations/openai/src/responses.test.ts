import { describe, expect, it } from "vitest";
import type { ResponseBody } from "./response-fold.js";
import { compact, responses, retrieve } from "./responses.js";

const read = (body: ResponseBody) => responses.response?.(body, { operation: "chat" });

describe("the request", () => {
  it("tells its parameters", () => {
    const facts = responses.request({
      model: "gpt-5",
      input: "hi",
      max_output_tokens: 0,
      text: { format: { type: "json_object" } },
      reasoning: { effort: "high" },
      previous_response_id: "resp_0",
      conversation: { id: "conv_1" },
    });
    expect(facts).toMatchObject({
      operation: "chat",
      model: "gpt-5",
      maxTokens: 0,
      outputType: "json",
      reasoningLevel: "high",
      previousResponseId: "resp_0",
      conversationId: "conv_1",
      ownAttributes: { "openai.api.type": "responses" },
    });
  });

  it("keeps instructions apart from the history and takes a string as the user's message", () => {
    expect(responses.request({ input: "hi", instructions: "be kind" }).content?.()).toMatchObject({
      systemInstructions: [{ type: "text", content: "be kind" }],
      inputMessages: [{ role: "user", parts: [{ type: "text", content: "hi" }] }],
    });
  });

  it("reads calls, their results and references out of the input", () => {
    const input = [
      {
        role: "user",
        content: [
          { type: "input_text", text: "x" },
          { type: "input_image", image_url: "data:image/png;base64,AA" },
        ],
      },
      { type: "function_call", call_id: "c1", name: "f", arguments: '{"a":1}' },
      { type: "function_call_output", call_id: "c1", output: "done" },
      { type: "item_reference", id: "msg_1" },
    ];
    expect(responses.request({ input }).content?.().inputMessages).toEqual([
      {
        role: "user",
        parts: [
          { type: "text", content: "x" },
          { type: "blob", modality: "image", content: "AA", mime_type: "image/png" },
        ],
      },
      { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "f", arguments: { a: 1 } }] },
      { role: "tool", parts: [{ type: "tool_call_response", id: "c1", response: "done" }] },
      { role: "assistant", parts: [{ type: "item_reference", id: "msg_1" }] },
    ]);
  });

  it("takes an item that is nothing but an id for a reference", () => {
    const input = [{ id: "msg_1" }, { id: "msg_2", type: null }];
    const told = responses
      .request({ input })
      .content?.()
      .inputMessages?.flatMap(({ parts }) => parts);
    expect(told).toEqual([
      { type: "item_reference", id: "msg_1" },
      { type: "item_reference", id: "msg_2" },
    ]);
  });

  it.each<[object, string]>([
    [{ type: "mcp_approval_response", approval_request_id: "a", approve: true }, "user"],
    [{ type: "compaction_trigger" }, "user"],
    [{ type: "additional_tools", role: "developer", tools: [] }, "developer"],
    [{ type: "computer_call_output", call_id: "c", output: {} }, "tool"],
    [{ type: "program_output", call_id: "p", result: "42" }, "assistant"],
    [{ type: "reasoning", summary: [] }, "assistant"],
  ])("tells whose word %j is", (item, role) => {
    expect(responses.request({ input: [item] }).content?.().inputMessages?.[0]?.role).toBe(role);
  });

  it("never tells the keys to MCP servers, also where tools come in the middle of a conversation", () => {
    const tools = [{ type: "mcp", server_label: "docs", authorization: "key", headers: { "x-key": "key" } }];
    const input = [
      { type: "additional_tools", role: "developer", tools },
      { type: "tool_search_output", call_id: "s", execution: "client", tools },
      { type: "tool_search_output", execution: "server", tools },
    ];
    const told = JSON.stringify(responses.request({ input, tools }).content?.());
    expect(told.match(/"docs"/g)).toHaveLength(4);
    expect(told).not.toContain('key"');
  });

  it("names the prompt template that it uses, and tells its variables as content", () => {
    const prompt = {
      id: "pmpt_1",
      version: "2",
      variables: {
        city: "Seattle",
        text: { type: "input_text" as const, text: "hi" },
        image: { type: "input_image" as const, detail: "auto" as const, file_id: "f" },
      },
    };
    const facts = responses.request({ prompt });
    expect(facts.attributes).toEqual({ "gen_ai.prompt.name": "pmpt_1", "gen_ai.prompt.version": "2" });
    expect(facts.content?.().promptVariables).toEqual({
      city: "Seattle",
      text: "hi",
      image: '{"type":"input_image","detail":"auto","file_id":"f"}',
    });
  });

  it("names the provider's own tools by their type", () => {
    const tools = [
      { type: "function", name: "f", parameters: {} },
      { type: "web_search" },
      { type: "mcp", server_label: "docs" },
    ];
    expect(responses.request({ tools }).content?.().toolDefinitions).toEqual([
      { type: "function", name: "f", parameters: {} },
      { type: "web_search", name: "web_search" },
      { type: "mcp", name: "docs" },
    ]);
  });
});

it("tells which version of a prompt template was current", () => {
  const prompt = { id: "pmpt_1", version: "7" };
  expect(read({ prompt })?.attributes).toEqual({
    "gen_ai.prompt.name": "pmpt_1",
    "gen_ai.prompt.version": "7",
  });
});

describe("the finish reason", () => {
  it.each<[ResponseBody, (string | null)[] | undefined]>([
    [{ status: "completed", output: [{ type: "message" }] }, ["stop"]],
    [{ status: "completed", output: [{ type: "function_call" }] }, ["tool_calls"]],
    [{ status: "completed", output: [{ type: "custom_tool_call" }] }, ["tool_calls"]],
    [{ status: "completed", output: [{ type: "web_search_call" }, { type: "message" }] }, ["stop"]],
    [{ status: "completed", output: [{ type: "tool_search_call", execution: "server" }] }, ["stop"]],
    [{ status: "completed", output: [{ type: "multi_agent_call" }, { type: "message" }] }, ["stop"]],
    [{ status: "completed", output: [{ type: "x_search_call", call_id: "" }] }, ["stop"]],
    [{ status: "completed", output: [{ type: "custom_tool_call", call_id: "xs_call_1" }] }, ["stop"]],
    [{ status: "completed", output: [{ type: "future_call", call_id: "c1" }] }, ["tool_calls"]],
    [{ status: "completed", output: [{ type: "tool_search_call", execution: "client" }] }, ["tool_calls"]],
    [
      { status: "completed", output: [{ type: "shell_call", environment: { type: "local" } }] },
      ["tool_calls"],
    ],
    [
      { status: "completed", output: [{ type: "shell_call", environment: { type: "container_reference" } }] },
      ["stop"],
    ],
    [{ output: [] }, undefined],
    [{ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }, ["length"]],
    [{ status: "incomplete", incomplete_details: { reason: "content_filter" } }, ["content_filter"]],
    [{ status: "failed" }, [null]],
    [{ status: "cancelled" }, [null]],
    [{ status: "queued" }, undefined],
    [{ status: "in_progress" }, undefined],
  ])("of %j is %j", (body, reasons) => {
    expect(read(body)?.finishReasons).toEqual(reasons);
  });
});

it("counts the pictures that a tool drew beside the answer, by the model that drew them, streamed or not", () => {
  const response = {
    status: "completed",
    output: [],
    usage: { input_tokens: 3, output_tokens: 4 },
    tools: [{ type: "image_generation", model: "gpt-image-1" }],
    tool_usage: {
      image_gen: { input_tokens: 10, output_tokens: 20, output_tokens_details: { image_tokens: 20 } },
    },
  };
  const fold = responses.fold?.(false);
  fold?.add({ type: "response.completed", response });
  for (const body of [response, fold?.body() ?? {}]) {
    expect(read(body)?.usage).toMatchObject({
      input: 3,
      output: 4,
      aside: [{ model: "gpt-image-1", usage: { input: 10, output: 20, imageOutput: 20, terms: [] } }],
    });
  }
  const unused = { image_gen: { input_tokens: 0, output_tokens: 0 } };
  expect(read({ ...response, tool_usage: unused })?.usage).not.toHaveProperty("aside");
});

it("reads sound that the model answered with, and its transcript", () => {
  const content = [{ type: "output_audio", data: "QUJD", transcript: "Hello" }];
  const facts = read({ status: "completed", output: [{ type: "message", role: "assistant", content }] });
  expect(facts?.content?.().outputMessages?.[0]?.parts).toEqual([
    { type: "blob", modality: "audio", content: "QUJD" },
    { type: "transcript", content: "Hello" },
  ]);
});

it("counts what hosted tools are billed by, streamed or not, with or without content", () => {
  const response = {
    status: "completed",
    output: [
      { type: "file_search_call", queries: ["rain"] },
      { type: "web_search_call", action: { type: "open_page" } },
      { type: "file_search_call", queries: ["snow"] },
    ],
    usage: { input_tokens: 3, output_tokens: 4 },
    tools: [{ type: "image_generation", model: "gpt-image-1.5" }],
    tool_usage: {
      web_search: { num_requests: 3 },
      image_gen: {
        input_tokens: 10,
        output_tokens: 20,
        cached_tokens: 6,
        cached_tokens_details: { cached_image_tokens: 5, cached_text_tokens: 1 },
      },
    },
  };
  const folded = [true, false].map((content) => {
    const fold = responses.fold?.(content);
    fold?.add({ type: "response.completed", response });
    return fold?.body() ?? {};
  });
  for (const body of [response, ...folded]) {
    expect(read(body)?.usage).toMatchObject({ webSearches: 3, fileSearches: 2 });
    expect(read(body)?.usage?.aside?.[0]?.usage).toMatchObject({
      cacheRead: 6,
      imageCacheRead: 5,
      imageOutput: 20,
    });
  }
});

it("tells a failure that came with status 200", () => {
  expect(read({ status: "failed", error: { code: "server_error", message: "sorry" } })?.error).toEqual({
    type: "server_error",
    message: "sorry",
  });
});

it("tells a failure that came with status 200 and nothing else", () => {
  expect(read({ error: { type: "server_error", message: "sorry" } })?.error).toEqual({
    type: "server_error",
    message: "sorry",
  });
  expect(read({ status: "completed", error: null })?.error).toBeUndefined();
});

it("remembers a stream that broke off, so that taking it up again links back", () => {
  const fold = responses.fold?.(false);
  fold?.add({ type: "response.queued", response: { id: "resp_1", status: "queued" } });
  fold?.add({ type: "response.in_progress", response: { id: "resp_1", status: "in_progress" } });
  expect(read(fold?.body() ?? {})).toMatchObject({ finishReasons: [null], linkAs: ["resp_1"] });
  fold?.add({ type: "response.completed", response: { id: "resp_1", status: "completed" } });
  expect(read(fold?.body() ?? {})?.linkAs).toBeUndefined();
});

it("remembers an answer that is still being made, so that fetching it links back", () => {
  expect(read({ id: "resp_1", status: "queued" })?.linkAs).toEqual(["resp_1"]);
  expect(read({ id: "resp_1", status: "completed" })?.linkAs).toBeUndefined();
  expect(retrieve.request("resp_1", { starting_after: 3 })).toMatchObject({
    linkTo: ["resp_1"],
    streamCursor: 3,
  });
});

it("takes a failed answer that is fetched for no failure", () => {
  const facts = retrieve.response?.(
    { status: "failed", error: { code: "x" } },
    { operation: "fetch_response" },
  );
  expect(facts).toMatchObject({ status: "failed", finishReasons: [null] });
  expect(facts?.error).toBeUndefined();
});

it("says whose usage it is that a finished answer in the background tells, as several calls may tell it", () => {
  const usageOf = (more: ResponseBody) => {
    const body = { id: "resp_1", status: "completed" as const, background: true, ...more };
    return [read(body), retrieve.response?.(body, { operation: "fetch_response" })].map(
      (facts) => facts?.usageOf,
    );
  };
  expect(usageOf({})).toEqual(["resp_1", "resp_1"]);
  expect(usageOf({ background: false })).toEqual([undefined, undefined]);
  expect(usageOf({ status: "in_progress" })).toEqual([undefined, undefined]);
});

it("says that a compacted conversation was compacted", () => {
  expect(compact.response?.({ id: "cmp_1", output: [] }, { operation: "chat" })).toMatchObject({
    compacted: true,
  });
});

it("is one message, however many items the output has", () => {
  const output = [
    { type: "reasoning", summary: [{ text: "first" }, { text: "second" }] },
    { type: "reasoning", summary: [], encrypted_content: "xxx" },
    { type: "web_search_call", id: "ws_1", action: { type: "search", query: "q" }, status: "completed" },
    { type: "mcp_call", id: "mcp_1", name: "lookup", arguments: "{}", output: "found" },
    { type: "shell_call", call_id: "sh_1", action: { commands: ["ls"] } },
    {
      type: "message",
      role: "assistant",
      content: [
        { type: "output_text", text: "hi" },
        { type: "refusal", refusal: "no" },
      ],
    },
  ];
  expect(read({ output })?.content?.().outputMessages).toEqual([
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "first\nsecond" },
        {
          type: "server_tool_call",
          id: "ws_1",
          name: "web_search",
          server_tool_call: {
            type: "web_search_call",
            action: { type: "search", query: "q" },
            status: "completed",
          },
        },
        {
          type: "server_tool_call",
          id: "mcp_1",
          name: "lookup",
          server_tool_call: { type: "mcp_call", arguments: "{}" },
        },
        {
          type: "server_tool_call_response",
          id: "mcp_1",
          server_tool_call_response: { type: "mcp_call", output: "found" },
        },
        { type: "tool_call", id: "sh_1", name: "shell", arguments: { commands: ["ls"] } },
        { type: "text", content: "hi" },
        { type: "refusal", content: "no" },
      ],
    },
  ]);
});

const said = (...output: NonNullable<ResponseBody["output"]>) =>
  read({ output })?.content?.().outputMessages?.[0]?.parts;

it("tells what the provider's own shell, programs and searches for tools did as the provider's", () => {
  const environment = { type: "container_reference", container_id: "cntr_1" };
  const output = [{ stdout: "a.txt", stderr: "" }];
  expect(
    said(
      { type: "shell_call", id: "sh_1", call_id: "c1", action: { commands: ["ls"] }, environment },
      { type: "shell_call_output", id: "sho_1", call_id: "c1", output },
      { type: "program", id: "p_1", call_id: "c2", code: "1 + 1" },
      { type: "program_output", id: "po_1", call_id: "c2", result: "2", status: "completed" },
      { type: "tool_search_call", id: "ts_1", call_id: null, execution: "server", arguments: { q: "x" } },
      {
        type: "tool_search_output",
        id: "tso_1",
        execution: "server",
        tools: [{ type: "function", name: "f" }],
      },
    ),
  ).toEqual([
    {
      type: "server_tool_call",
      id: "c1",
      name: "shell",
      server_tool_call: { type: "shell_call", action: { commands: ["ls"] }, environment },
    },
    {
      type: "server_tool_call_response",
      id: "c1",
      server_tool_call_response: { type: "shell_call_output", output },
    },
    {
      type: "server_tool_call",
      id: "c2",
      name: "program",
      server_tool_call: { type: "program", code: "1 + 1" },
    },
    {
      type: "server_tool_call_response",
      id: "c2",
      server_tool_call_response: { type: "program_output", result: "2", status: "completed" },
    },
    {
      type: "server_tool_call",
      id: "ts_1",
      name: "tool_search",
      server_tool_call: { type: "tool_search_call", execution: "server", arguments: { q: "x" } },
    },
    {
      type: "server_tool_call_response",
      id: "tso_1",
      server_tool_call_response: {
        type: "tool_search_output",
        execution: "server",
        tools: [{ type: "function", name: "f" }],
      },
    },
  ]);
});

it("tells calls that the application cannot answer as the provider's, also of tools that only xAI has", () => {
  expect(
    said(
      { type: "x_search_call", id: "fc_1", call_id: "", name: "", arguments: "{}" },
      { type: "custom_tool_call", id: "ctc_1", call_id: "xs_call_1", name: "x_keyword_search", input: "{}" },
    ),
  ).toEqual([
    {
      type: "server_tool_call",
      id: "fc_1",
      name: "x_search",
      server_tool_call: { type: "x_search_call", arguments: "{}" },
    },
    {
      type: "server_tool_call",
      id: "xs_call_1",
      name: "x_keyword_search",
      server_tool_call: { type: "custom_tool_call", input: "{}" },
    },
  ]);
});

it("tells what the application has to run as its calls, and its results as answers", () => {
  const actions = [{ type: "click", x: 1, y: 2 }];
  expect(
    said(
      { type: "computer_call", id: "i", call_id: "c1", actions },
      { type: "tool_search_call", id: "i", call_id: "c2", execution: "client", arguments: { q: "x" } },
      { type: "apply_patch_call_output", call_id: "c3", status: "failed" },
    ),
  ).toEqual([
    { type: "tool_call", id: "c1", name: "computer", arguments: actions },
    { type: "tool_call", id: "c2", name: "tool_search", arguments: { q: "x" } },
    { type: "tool_call_response", id: "c3", response: { status: "failed" } },
  ]);
});

it("names the sources of a text", () => {
  const annotations = [{ type: "url_citation", url: "https://example.com", title: "T" }];
  expect(said({ type: "message", content: [{ type: "output_text", text: "hi", annotations }] })).toEqual([
    { type: "text", content: "hi" },
    { type: "citations", citations: annotations },
  ]);
});

describe("a streamed answer", () => {
  const created = {
    type: "response.created",
    response: { id: "resp_1", model: "gpt-5", status: "in_progress", output: [] },
  };
  const delta = (text: string) => ({ type: "response.output_text.delta", output_index: 0, delta: text });

  function folded(events: object[], content = true) {
    const fold = responses.fold?.(content);
    for (const event of events) fold?.add(event);
    return read(fold?.body() ?? {});
  }

  it("is the response of the last event", () => {
    const response = {
      id: "resp_1",
      status: "completed",
      output: [{ type: "message", content: [{ type: "output_text", text: "hello" }] }],
      usage: { input_tokens: 3, output_tokens: 2, output_tokens_details: { reasoning_tokens: 1 } },
    };
    expect(folded([created, delta("hel"), { type: "response.completed", response }])).toMatchObject({
      id: "resp_1",
      finishReasons: ["stop"],
      usage: { input: 3, output: 2, reasoning: 1 },
    });
  });

  it("that was cut is what had arrived, and unfinished", () => {
    const item = { type: "function_call", call_id: "c1", name: "f", arguments: "{}" };
    const facts = folded([
      created,
      { type: "response.output_item.done", output_index: 1, item },
      delta("hel"),
      delta("lo"),
    ]);
    expect(facts).toMatchObject({ id: "resp_1", model: "gpt-5", finishReasons: [null] });
    expect(facts?.content?.().outputMessages?.[0]?.parts).toEqual([
      { type: "text", content: "hello" },
      { type: "tool_call", id: "c1", name: "f", arguments: {} },
    ]);
  });

  it.each<[string, object, string, object]>([
    [
      "function_call_arguments",
      { type: "function_call", call_id: "c1", name: "f", arguments: "" },
      '{"a":',
      { type: "tool_call", id: "c1", name: "f", arguments: '{"a":' },
    ],
    [
      "custom_tool_call_input",
      { type: "custom_tool_call", call_id: "c1", name: "sql", input: "" },
      "SELECT",
      { type: "tool_call", id: "c1", name: "sql", arguments: "SELECT" },
    ],
    [
      "reasoning_summary_text",
      { type: "reasoning", summary: [] },
      "well",
      { type: "reasoning", content: "well" },
    ],
    [
      "code_interpreter_call_code",
      { type: "code_interpreter_call", id: "ci_1", code: "" },
      "1 + 1",
      {
        type: "server_tool_call",
        id: "ci_1",
        name: "code_interpreter",
        server_tool_call: { type: "code_interpreter_call", code: "1 + 1" },
      },
    ],
    ["reasoning_text", { type: "reasoning", summary: [] }, "well", { type: "reasoning", content: "well" }],
    ["refusal", { type: "message", content: [] }, "I can", { type: "refusal", content: "I can" }],
  ])("that was cut keeps what came of its %s", (kind, item, text, part) => {
    const [first, ...rest] = text;
    const events = [first, rest.join("")].map((piece) => ({
      type: `response.${kind}.delta`,
      output_index: 0,
      delta: piece,
    }));
    const facts = folded([created, { type: "response.output_item.added", output_index: 0, item }, ...events]);
    expect(facts?.content?.().outputMessages?.[0]?.parts).toEqual([part]);
  });

  it("that was cut keeps the parts of a summary on lines of their own", () => {
    const told = (summary_index: number, text: string) => ({
      type: "response.reasoning_summary_text.delta",
      output_index: 0,
      summary_index,
      delta: text,
    });
    const item = { type: "reasoning", summary: [] };
    const added = { type: "response.output_item.added", output_index: 0, item };
    const facts = folded([created, added, told(0, "fi"), told(0, "rst"), told(1, "sec"), told(1, "ond")]);
    expect(facts?.content?.().outputMessages?.[0]?.parts).toEqual([
      { type: "reasoning", content: "first\nsecond" },
    ]);
  });

  it("without content keeps the name of its prompt template, not what was put into it", () => {
    const prompt = { id: "pmpt_1", version: "2", variables: { city: "secret" } };
    const response = { status: "completed", prompt };
    const fold = responses.fold?.(false);
    fold?.add({ type: "response.completed", response });
    expect(fold?.body().prompt).toEqual({ id: "pmpt_1", version: "2" });
  });

  it("that ends with an error event has failed", () => {
    const facts = folded([created, { type: "error", code: "server_error", message: "No." }]);
    expect(facts?.error).toEqual({ type: "server_error", message: "No." });
  });

  it("keeps no text when content is off, and still knows that tools were called", () => {
    const output = [{ type: "function_call", name: "f", arguments: "secret" }];
    const facts = folded(
      [created, delta("secret"), { type: "response.completed", response: { status: "completed", output } }],
      false,
    );
    expect(facts?.finishReasons).toEqual(["tool_calls"]);
    expect(JSON.stringify(facts?.content?.())).not.toContain("secret");
  });

  it.each<[object, string]>([
    [{ type: "x_search_call", id: "fc_1", call_id: "" }, "stop"],
    [{ type: "custom_tool_call", id: "ctc_1", call_id: "xs_call_1" }, "stop"],
    [{ type: "future_call", id: "f_1", call_id: "c1" }, "tool_calls"],
  ])("knows without content who is to run %j", (item, reason) => {
    const fold = responses.fold?.(false);
    fold?.add({ type: "response.output_item.done", output_index: 0, item });
    fold?.add({ type: "response.completed", response: { status: "completed", output: [] } });
    expect(read(fold?.body() ?? {})?.finishReasons).toEqual([reason]);
  });

  it("knows without content that a shell ran at the provider's", () => {
    const environment = { type: "container_reference", container_id: "secret" };
    const item = { type: "shell_call", call_id: "c1", action: { commands: ["secret"] }, environment };
    const done = { type: "response.output_item.done", output_index: 0, item };
    const response = { status: "completed", output: [] };
    const facts = folded([created, done, { type: "response.completed", response }], false);
    expect(facts?.finishReasons).toEqual(["stop"]);
    expect(JSON.stringify(facts?.content?.())).not.toContain("secret");
  });
});
