import { checkFunction, checkText, readOptions } from "../arguments.js";
import { callBack } from "../callback.js";
import { CheckpointError, SpritesError } from "../errors.js";
import type { Limits, Rest } from "../rest/rest.js";
import type { Call } from "../rest/transport.js";
import type { ProgressSpan } from "../telemetry/progress-span.js";
import { tell } from "../telemetry/safely.js";
import {
  type Checkpoint,
  findCreatedId,
  findNewest,
  readCheckpoint,
  readCheckpointList,
} from "./checkpoint.js";
import { runProgress } from "./progress.js";
import type { StreamMessage } from "./stream-message.js";

/** Limits of a call, and who follows its progress. */
export interface RestoreOptions {
  /** Sees every line of progress, in order, before the promise settles. */
  onMessage?: (message: StreamMessage) => void;
  /** In milliseconds. @default the client's `checkpointTimeout` */
  timeout?: number;
  signal?: AbortSignal;
}

/** As for a restore, with a remark that is kept. */
export interface CheckpointOptions extends RestoreOptions {
  comment?: string;
}

/** Which checkpoints to list. */
export interface ListCheckpointsOptions extends Limits {
  /** Only those with this checkpoint in their lineage. */
  historyFilter?: string;
  /** Also those the server made by itself. @default false */
  includeAuto?: boolean;
}

const LIST = "/v1/sprites/{name}/checkpoints";
const ONE = "/v1/sprites/{name}/checkpoints/{checkpoint_id}";
const PARALLEL = 4;

/** Checkpoint operations of one sandbox. */
export class Checkpoints {
  readonly #rest: Rest;
  readonly #name: string;

  constructor(rest: Rest, name: string) {
    this.#rest = rest;
    this.#name = name;
  }

  create(given?: CheckpointOptions): AsyncGenerator<StreamMessage, Checkpoint, undefined> {
    const options = readOptions(given);
    const { comment } = options;
    if (comment !== undefined && comment !== "") checkText(comment, "comment");
    return runProgress(
      this.#rest.config,
      {
        span: "checkpoint create",
        method: "POST",
        template: "/v1/sprites/{name}/checkpoint",
        params: { name: this.#name },
        json: comment === undefined ? {} : { comment },
        purpose: "checkpoint",
      },
      options,
      (messages, span) => this.#created(messages, span, options),
    );
  }

  restore(checkpointId: string, given?: RestoreOptions): AsyncGenerator<StreamMessage, void, undefined> {
    const options = readOptions(given);
    return runProgress(
      this.#rest.config,
      {
        span: "checkpoint restore",
        checkpointId,
        method: "POST",
        template: `${ONE}/restore`,
        params: { name: this.#name, checkpoint_id: checkpointId },
        purpose: "restore",
      },
      options,
      async () => undefined,
    );
  }

  async list(options?: ListCheckpointsOptions): Promise<Checkpoint[]> {
    const { historyFilter, includeAuto, ...limits } = readOptions(options);
    if (historyFilter != null) checkText(historyFilter, "historyFilter");
    const query = { history: historyFilter, includeAuto: includeAuto ? true : undefined };
    const call: Call = { ...this.#call("GET", LIST), query };
    const list = await this.#rest.request(call, readList, limits);
    return "ids" in list ? this.#getAll(list.ids, limits) : list.checkpoints;
  }

  async get(checkpointId: string, limits: Limits = {}): Promise<Checkpoint> {
    const checkpoint = readCheckpoint(await this.#rest.json(this.#call("GET", ONE, checkpointId), limits));
    if (checkpoint.id === "") throw new CheckpointError("the server's answer describes no checkpoint");
    return checkpoint;
  }

  delete(checkpointId: string, limits: Limits = {}): Promise<void> {
    return this.#rest.done(this.#call("DELETE", ONE, checkpointId), limits);
  }

  #call(method: "GET" | "DELETE", template: string, checkpointId?: string): Call {
    const params = { name: this.#name, ...(checkpointId !== undefined && { checkpoint_id: checkpointId }) };
    return { method, template, params, purpose: "checkpoint" };
  }

  /** One by one, a few at a time, in the order of the ids. */
  async #getAll(ids: readonly string[], limits: Limits): Promise<Checkpoint[]> {
    const found: Checkpoint[] = [];
    for (let start = 0; start < ids.length; start += PARALLEL) {
      const slice = ids.slice(start, start + PARALLEL);
      found.push(...(await Promise.all(slice.map((id) => this.get(id, limits)))));
    }
    return found;
  }

  async #created(
    messages: readonly StreamMessage[],
    span: ProgressSpan,
    { signal }: CheckpointOptions,
  ): Promise<Checkpoint> {
    const id = findCreatedId(messages) ?? (await this.#newest(messages, signal));
    span.set({ "sprites.checkpoint.id": id });
    try {
      return await this.get(id, { signal });
    } catch (error) {
      // The checkpoint was made; that it cannot be described must not look as if it was not.
      if (!(error instanceof SpritesError)) throw error;
      tell("debug", "cannot describe a new checkpoint", error);
      const complete = messages.find(({ type }) => type === "complete");
      return { id, createTime: complete?.time ?? new Date(Number.NaN), sourceId: "", history: [] };
    }
  }

  async #newest(messages: readonly StreamMessage[], signal: AbortSignal | undefined): Promise<string> {
    const first = messages[0];
    // Without a time of the server's own there is only our clock, which may differ.
    const began = typeof first?.raw.time === "string" ? first.time : new Date(Number.NaN);
    const newest = findNewest(await this.list({ signal }), began);
    if (newest === undefined) throw new CheckpointError("the server did not tell which checkpoint it made");
    return newest.id;
  }
}

async function readList(response: Response): Promise<ReturnType<typeof readCheckpointList>> {
  const body = await response.text();
  try {
    return readCheckpointList(body);
  } catch (cause) {
    throw new CheckpointError("the list of checkpoints cannot be read", { cause });
  }
}

/** Runs the operation to its end; `onMessage` cannot disturb it. */
export async function drive<T>(
  operation: AsyncGenerator<StreamMessage, T, undefined>,
  onMessage: ((message: StreamMessage) => void) | undefined,
): Promise<T> {
  checkFunction(onMessage, "onMessage");
  for (;;) {
    const step = await operation.next();
    if (step.done) return step.value;
    callBack(onMessage, step.value);
  }
}
