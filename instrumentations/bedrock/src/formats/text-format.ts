import {
  type Fold,
  type RequestFacts,
  type ResponseFacts,
  TextBuilder,
  textMessage,
  textOf,
  type Usage,
} from "@kit/genai";

/** What models are asked that continue one text: Llama, Titan, Mistral, DeepSeek, older ones of Anthropic, Cohere, AI21. */
export interface TextRequest {
  prompt?: unknown;
  inputText?: unknown;
  max_gen_len?: number;
  max_tokens?: number;
  max_tokens_to_sample?: number;
  temperature?: number;
  top_p?: number;
  p?: number;
  top_k?: number;
  k?: number;
  stop?: string[];
  stop_sequences?: string[];
  maxTokens?: number;
  topP?: number;
  stopSequences?: string[];
  seed?: number;
  textGenerationConfig?: {
    maxTokenCount?: number;
    temperature?: number;
    topP?: number;
    stopSequences?: string[];
  };
}

interface Text {
  text?: string;
  outputText?: string;
  stop_reason?: string | null;
  finish_reason?: string | null;
  completionReason?: string | null;
  tokenCount?: number;
}

/** What they answer, each in members of its own, and the chunks of their streams. */
export interface TextAnswer extends Text {
  generation?: string;
  completion?: string;
  prompt_token_count?: number;
  generation_token_count?: number;
  inputTextTokenCount?: number;
  totalOutputTextTokenCount?: number;
  results?: readonly Text[];
  outputs?: readonly Text[];
  generations?: readonly Text[];
  choices?: readonly Text[];
  completions?: readonly { data?: Text; finishReason?: { reason?: string } }[];
}

export function readTextRequest(
  asked: TextRequest,
  model: string | undefined,
  stream: boolean,
): RequestFacts {
  const { textGenerationConfig: titan } = asked;
  return {
    operation: "text_completion",
    model,
    stream,
    maxTokens:
      asked.max_gen_len ??
      asked.max_tokens ??
      asked.max_tokens_to_sample ??
      asked.maxTokens ??
      titan?.maxTokenCount,
    temperature: asked.temperature ?? titan?.temperature,
    topP: asked.top_p ?? asked.p ?? asked.topP ?? titan?.topP,
    topK: asked.top_k ?? asked.k,
    seed: asked.seed,
    stopSequences: asked.stop ?? asked.stop_sequences ?? asked.stopSequences ?? titan?.stopSequences,
    content: () => ({ inputMessages: [textMessage("user", textOf(asked.prompt ?? asked.inputText) ?? "")] }),
  };
}

export function readTextAnswer(answer: TextAnswer): ResponseFacts {
  const texts = textsIn(answer);
  return {
    finishReasons: texts.map(({ reason }) => reason),
    usage: countsIn(answer),
    content: () => ({ outputMessages: texts.map(({ text }) => textMessage("assistant", text)) }),
  };
}

/** Whether an answer, or a chunk of one, is of this format. */
export function isTextAnswer(answer: TextAnswer): boolean {
  return textsIn(answer).length > 0;
}

function textsIn(answer: TextAnswer): { text: string; reason: string | null }[] {
  const { generation, completion, outputText, text, results, outputs, generations, choices } = answer;
  const only = generation ?? completion ?? outputText ?? text;
  const jurassic = answer.completions?.map(({ data, finishReason }) => ({
    text: data?.text,
    stop_reason: finishReason?.reason,
  }));
  const several: readonly Text[] = results ?? outputs ?? generations ?? choices ?? jurassic ?? [];
  return (only === undefined ? several : [{ ...answer, text: only }]).map((each) => ({
    text: textOf(each.text) ?? textOf(each.outputText) ?? "",
    reason: reasonIn(each),
  }));
}

function reasonIn({ stop_reason, finish_reason, completionReason }: Text): string | null {
  return stop_reason ?? finish_reason ?? completionReason ?? null;
}

function countsIn(answer: TextAnswer): Usage | undefined {
  const { results, inputTextTokenCount, prompt_token_count: input = inputTextTokenCount } = answer;
  const { totalOutputTextTokenCount, generation_token_count: output = totalOutputTextTokenCount } = answer;
  const counted = results?.flatMap(({ tokenCount }) => tokenCount ?? []) ?? [];
  const sum = counted.length === 0 ? undefined : counted.reduce((total, count) => total + count, 0);
  return input === undefined && output === undefined ? undefined : { input, output: output ?? sum };
}

/** Puts the pieces of one text together. */
export class TextFold implements Fold<TextAnswer, TextAnswer> {
  readonly #content: boolean;
  readonly #text = new TextBuilder();
  readonly #facts: TextAnswer = { stop_reason: null };

  constructor(content: boolean) {
    this.#content = content;
  }

  add(chunk: TextAnswer): void {
    const [piece] = textsIn(chunk);
    if (this.#content) this.#text.add(piece?.text);
    // The last chunk may have no text.
    const reason = piece?.reason ?? reasonIn(chunk);
    if (reason) this.#facts.stop_reason = reason;
    const { input, output } = countsIn(chunk) ?? {};
    if (input != null) this.#facts.prompt_token_count = input;
    if (output != null) this.#facts.generation_token_count = output;
  }

  body(): TextAnswer {
    return { ...this.#facts, generation: String(this.#text) };
  }
}
