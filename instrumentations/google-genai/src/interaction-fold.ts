import { type Fold, objectsOf, parseJson, TextBuilder } from "@kit/genai";
import type { InteractionBody, InteractionUsage } from "./interaction-body.js";
import type { Step, StepContent } from "./interaction-steps.js";

/** An event of a streamed interaction. */
export interface InteractionEvent {
  event_type?: string;
  interaction?: InteractionBody | null;
  status?: string;
  index?: number;
  step?: Step | null;
  delta?: Delta | null;
  error?: { code?: string; message?: string } | null;
}

interface Delta {
  type?: string;
  text?: string;
  arguments?: unknown;
  content?: StepContent | null;
  [more: string]: unknown;
}

interface GrowingStep {
  readonly step: Step;
  readonly arguments: TextBuilder;
  readonly contents: (StepContent | TextBuilder)[];
}

const MEDIA: readonly unknown[] = ["image", "audio", "video", "document"];

/**
 * Rebuilds an interaction. One that the SDK continues consists of several, one after the other, with steps and usage of
 * their own.
 */
export class InteractionFold implements Fold<InteractionEvent, InteractionBody> {
  readonly #content: boolean;
  readonly #body: InteractionBody = {};
  readonly #steps: GrowingStep[] = [];
  #byIndex = new Map<number | undefined, GrowingStep>();
  #used: InteractionUsage | undefined;
  #begun = false;

  constructor(content: boolean) {
    this.#content = content;
  }

  add({ event_type: type, interaction, status, index, step, delta, error }: InteractionEvent): void {
    if (type === "interaction.created") this.#byIndex = new Map();
    if (type === "step.start") this.#begun = true;
    if (interaction != null) this.#note(interaction);
    if (status) this.#body.status = status;
    if (type === "error") Object.assign(this.#body, { status: "failed", errors: [error ?? {}] });
    if (!this.#content) return;
    if (type === "step.start") this.#start(index, step);
    else if (type === "step.delta" && delta != null)
      grow(this.#byIndex.get(index) ?? this.#start(index), delta);
  }

  #note({ usage, steps: _, ...facts }: InteractionBody): void {
    Object.assign(this.#body, facts);
    if (usage != null) this.#used = withUsage(this.#used, usage);
  }

  #start(index: number | undefined, given?: Step | null): GrowingStep {
    // The application may work on what it got while the stream goes on.
    const { content, summary, ...step } = structuredClone(given ?? {});
    const { arguments: args } = step;
    const contents = objectsOf((content ?? summary) as StepContent[]);
    const growing: GrowingStep = { step, arguments: new TextBuilder(), contents: [] };
    if (typeof args === "string") growing.arguments.add(args);
    for (const each of contents) addContent(growing, each);
    this.#byIndex.set(index, growing);
    this.#steps.push(growing);
    return growing;
  }

  body(): InteractionBody {
    // A stream tells at its end how it went.
    const cut = this.#begun && this.#body.status === "in_progress";
    return { ...this.#body, ...(cut && { status: null }), usage: this.#used, steps: this.#steps.map(whole) };
  }
}

function grow(growing: GrowingStep, { type, ...delta }: Delta): void {
  if (type === "text" || MEDIA.includes(type)) addContent(growing, { ...delta, type } as StepContent);
  else if (type === "thought_summary") addContent(growing, delta.content ?? {});
  else if (type === "arguments_delta") growing.arguments.add(String(delta.arguments ?? ""));
  else if (type !== "thought_signature" && type !== "text_annotation_delta")
    Object.assign(growing.step, structuredClone(delta));
  growing.step.type ??= type === "text" ? "model_output" : undefined;
}

/** Texts that follow one another are pieces of one text. */
function addContent({ contents }: GrowingStep, content: StepContent): void {
  if (content.type !== "text") {
    contents.push(structuredClone(content));
    return;
  }
  let last = contents.at(-1);
  if (!(last instanceof TextBuilder)) {
    last = new TextBuilder();
    contents.push(last);
  }
  last.add(content.text ?? "");
}

function whole({ step, contents, ...growing }: GrowingStep): Step {
  const text = String(growing.arguments);
  const content = contents.map((each) =>
    each instanceof TextBuilder ? { type: "text", text: String(each) } : each,
  );
  return {
    ...step,
    ...(text && { arguments: parseJson(text) }),
    ...(content.length > 0 && { [step.type === "thought" ? "summary" : "content"]: content }),
  };
}

/** Each interaction counts its own, by kinds of media too. */
function withUsage(before: InteractionUsage | undefined, usage: InteractionUsage): InteractionUsage {
  if (before === undefined) return usage;
  const total: Record<string, unknown> = { ...before };
  for (const [name, count] of Object.entries(usage)) {
    const known = total[name];
    if (typeof count === "number") total[name] = (typeof known === "number" ? known : 0) + count;
    else if (Array.isArray(count)) total[name] = [...(Array.isArray(known) ? known : []), ...count];
  }
  return total;
}
