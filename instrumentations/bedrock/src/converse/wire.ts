/** Where media is: its bytes, or an address in S3. */
interface Source {
  bytes?: Uint8Array | string;
  s3Location?: { uri?: string };
  text?: string;
  content?: readonly ContentBlock[];
}

interface Media {
  format?: string;
  source?: Source;
}

/** A block of a message: exactly one of its members says what it holds. */
export interface ContentBlock {
  text?: string;
  toolUse?: { toolUseId?: string; name?: string; input?: unknown; type?: string };
  toolResult?: {
    toolUseId?: string;
    content?: readonly (ContentBlock & { json?: unknown })[];
    type?: string;
  };
  reasoningContent?: { reasoningText?: { text?: string }; redactedContent?: unknown };
  citationsContent?: { content?: readonly { text?: string }[]; citations?: readonly unknown[] };
  guardContent?: { text?: { text?: string } };
  cachePoint?: object;
  image?: Media;
  video?: Media;
  audio?: Media;
  document?: Media;
}

/** A message of the history or of the answer. */
export interface ConverseMessage {
  role?: string;
  content?: readonly ContentBlock[];
}

/** A tool offered to the model. */
export interface ConverseTool {
  toolSpec?: { name?: string; description?: string; inputSchema?: { json?: unknown } };
  systemTool?: { name?: string };
}

/** What tells a model how hard to think; Nova's own format has it beside the messages. */
export interface ReasoningFields {
  output_config?: { effort?: string };
  reasoning_effort?: string;
  /** Of older models of Anthropic an object without a level. */
  reasoning_config?: unknown;
  reasoningConfig?: { maxReasoningEffort?: string };
}

/** What Converse is asked. Nova's own format is the same, without the model. */
export interface ConverseRequest extends ReasoningFields {
  messages?: readonly ConverseMessage[];
  system?: readonly ContentBlock[];
  inferenceConfig?: {
    maxTokens?: number;
    temperature?: number;
    topP?: number;
    topK?: number;
    stopSequences?: string[];
    /** Nova's own format had other names first. */
    max_new_tokens?: number;
    top_p?: number;
    top_k?: number;
  };
  toolConfig?: { tools?: readonly ConverseTool[] };
  guardrailConfig?: { guardrailIdentifier?: string };
  promptVariables?: Readonly<Record<string, { readonly text?: string }>>;
  additionalModelRequestFields?: { top_k?: number; inferenceConfig?: { topK?: number } } & ReasoningFields;
  outputConfig?: { textFormat?: { type?: string } };
}

/** What Converse answers, and Nova's own format too. */
export interface ConverseAnswer {
  output?: { message?: ConverseMessage };
  stopReason?: string;
  usage?: ConverseUsage;
  serviceTier?: { type?: string };
  performanceConfig?: { latency?: string };
}

/** `usage` of Converse, and of Nova's own format, which has longer names. */
export interface ConverseUsage {
  inputTokens?: number;
  outputTokens?: number;
  cacheReadInputTokens?: number;
  cacheWriteInputTokens?: number;
  cacheReadInputTokenCount?: number;
  cacheWriteInputTokenCount?: number;
  cacheDetails?: readonly { ttl?: string; inputTokens?: number }[];
}

/** One event of a stream: exactly one of its members is there. */
export interface ConverseEvent {
  messageStart?: { role?: string };
  contentBlockStart?: { contentBlockIndex: number; start?: ContentBlock };
  contentBlockDelta?: { contentBlockIndex: number; delta?: ContentDelta };
  messageStop?: { stopReason?: string };
  metadata?: Pick<ConverseAnswer, "usage" | "serviceTier" | "performanceConfig">;
}

/** A piece of a block. */
export interface ContentDelta {
  text?: string;
  toolUse?: { input?: string };
  toolResult?: readonly (ContentBlock & { json?: unknown })[];
  reasoningContent?: { text?: string; redactedContent?: unknown };
  citation?: unknown;
}
