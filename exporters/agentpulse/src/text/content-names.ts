/** Attributes that hold prompts, replies, arguments or results, as many libraries spell them. */
const CONTENT = new RegExp(
  [
    // The conventions, in today's and older forms.
    String.raw`^gen_ai\.(system_instructions|(input|output)\.messages|tool\.definitions|tool\.call\.(arguments|result))$`,
    String.raw`^gen_ai\.(retrieval\.(query|documents)|memory\.|evaluation\.explanation|event\.content|content\.)`,
    String.raw`^gen_ai\.(prompt|completion)s?(_json|_attributes)?(\.\d|$)`,
    String.raw`^gen_ai\.(request|response|input|output|agent)\.(messages?|prompts?|input|output|instructions|tools|available_tools|text|body)\b`,
    // OpenLLMetry and OpenInference.
    String.raw`^traceloop\.(entity\.(input|output)|prompt)`,
    String.raw`^llm\.(prompts?|completions?|choices|(input|output)_messages|prompt_template|request\.functions|request\.tools|function_call|tools|invocation_parameters|content|headers)`,
    String.raw`^(input|output)\.value$`,
    String.raw`^(retrieval\.documents|embedding\.(embeddings|text|vector)|reranker\.|document\.|message\.|tool\.(parameters|json_schema)|tool_call\.)`,
    // Vercel AI SDK, as it is and as Sentry renames it: of a response, only what is known not to be content is kept.
    String.raw`^(vercel\.)?ai\.(prompt|result|values?|embeddings?|toolCall\.(args|input|result|output)|request\.(body|messages|headers)|schema|input|output)`,
    String.raw`^(vercel\.)?ai\.response\.(?!(id|model|finishReason|timestamp|msTo\w+|avg\w+)$)`,
    // Langfuse, LangSmith, MLflow, Braintrust, Logfire and Pydantic AI, Weave, Sentry.
    String.raw`^langfuse\.(observation|trace)\.(input|output|metadata)`,
    String.raw`^(langsmith|mlflow|braintrust|weave|pydantic_ai|logfire)\.(.*\.)?(inputs?|outputs?|span_?inputs|span_?outputs|input_json|output_json|messages|all_messages|tools|metadata|msg|prompt)`,
    String.raw`^(events|request_data|response_data|all_messages(_events)?|model_request_parameters|tool_arguments|tool_response|final_result|gen_ai\.tool\.(input|output|message))$`,
    // Bodies and command lines.
    String.raw`^(http|rpc|messaging)\.(request|response|message)\.(body|content)`,
    String.raw`^process\.command(_line|_args)?$`,
  ].join("|"),
  "i",
);

/** For libraries not listed above, the last word of a name often shows that it is content, or a credential. */
const CONTENT_WORDS =
  /(^|[._:-])(contents?|prompts?|completions?|inputs?|outputs?|messages|arguments|args|parameters|params|instructions|transcript|documents?|reasoning_content|tool_calls|(input|output|prompt|completion|response|request|query)_text|body|authorization|cookie|api[-_]key)(\.\d+)?$/i;

/** Names with such an ending that hold no content. */
const SAFE = /^(gen_ai\.output\.type|kit\.)/;

/** Whether an attribute of this name may hold content. Takes some microseconds, so ask once per name. */
export function isContentName(name: string): boolean {
  return !SAFE.test(name) && (CONTENT.test(name) || CONTENT_WORDS.test(name));
}
