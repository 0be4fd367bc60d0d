import { readOptions } from "./arguments.js";
import type { Checkpoint } from "./checkpoints/checkpoint.js";
import {
  type CheckpointOptions,
  Checkpoints,
  drive,
  type ListCheckpointsOptions,
  type RestoreOptions,
} from "./checkpoints/checkpoints.js";
import type { StreamMessage } from "./checkpoints/stream-message.js";
import type { SpritesClient } from "./client.js";
import { SpriteExec } from "./exec/exec.js";
import { type ExecOptions, planExec } from "./exec/exec-options.js";
import { Ports } from "./ports/ports.js";
import type { Limits, Rest } from "./rest/rest.js";
import { Filesystem } from "./sandbox/filesystem.js";
import { NetworkPolicy } from "./sandbox/network-policy.js";
import { Services } from "./sandbox/services.js";
import { Sessions } from "./sandbox/sessions.js";
import {
  destroySprite,
  getSprite,
  renewSprite,
  type SpriteInfo,
  type UpdateSpriteOptions,
  updateSprite,
} from "./sandbox/sprite-info.js";

type ProgressLimits = Omit<RestoreOptions, "onMessage">;

/** One sandbox. Making this does no I/O: whether the sandbox exists shows at the first call. */
export class Sprite {
  readonly client: SpritesClient;
  /** The name of the sandbox, as it was given. */
  readonly spriteId: string;
  readonly sessions: Sessions;
  /** Files; relative paths start at `/`. */
  readonly fs: Filesystem;
  readonly services: Services;
  readonly networkPolicy: NetworkPolicy;
  /** TCP ports in the sandbox. */
  readonly ports: Ports;
  readonly #rest: Rest;
  readonly #checkpoints: Checkpoints;

  constructor(client: SpritesClient, spriteId: string, rest: Rest) {
    this.client = client;
    this.spriteId = spriteId;
    this.#rest = rest;
    this.#checkpoints = new Checkpoints(rest, spriteId);
    this.sessions = new Sessions(rest, spriteId);
    this.fs = new Filesystem(rest, spriteId, "/");
    this.services = new Services(rest, spriteId);
    this.networkPolicy = new NetworkPolicy(rest, spriteId);
    this.ports = new Ports(rest, spriteId);
  }

  /**
   * A command, not run yet. An array is run as it is; a string with shell syntax by `/bin/sh -c`, any other string
   * is split on blanks.
   * @throws ExecutionError (`INVALID_STATE`) for an empty command or an environment that cannot be.
   */
  exec(cmd: string | readonly string[], options: ExecOptions = {}): SpriteExec {
    const given = readOptions(options);
    const plan = planExec(this.#rest.config, this.spriteId, cmd, given);
    return new SpriteExec(plan, given.killOnTimeout ?? true);
  }

  /** Saves the files of the sandbox. */
  async checkpoint(options?: CheckpointOptions): Promise<Checkpoint> {
    return drive(this.#checkpoints.create(options), options?.onMessage);
  }

  /** As `checkpoint`, with the progress to iterate over and the checkpoint as the generator's return value. */
  checkpointStream(
    options?: ProgressLimits & { comment?: string },
  ): AsyncGenerator<StreamMessage, Checkpoint, undefined> {
    return this.#checkpoints.create(options);
  }

  /** Puts the files back. Running commands end with a ConnectionError, and the sandbox restarts. */
  async restore(checkpointId: string, options?: RestoreOptions): Promise<void> {
    return drive(this.#checkpoints.restore(checkpointId, options), options?.onMessage);
  }

  /** As `restore`, with the progress to iterate over. */
  restoreStream(
    checkpointId: string,
    options?: ProgressLimits,
  ): AsyncGenerator<StreamMessage, void, undefined> {
    return this.#checkpoints.restore(checkpointId, options);
  }

  /** Newest first. Some servers list the present state too, as `Current`. */
  listCheckpoints(options?: ListCheckpointsOptions): Promise<Checkpoint[]> {
    return this.#checkpoints.list(options);
  }

  getCheckpoint(checkpointId: string, limits?: Limits): Promise<Checkpoint> {
    return this.#checkpoints.get(checkpointId, limits);
  }

  /** Rejects with status 409 for the checkpoint that the sandbox stands on. */
  deleteCheckpoint(checkpointId: string, limits?: Limits): Promise<void> {
    return this.#checkpoints.delete(checkpointId, limits);
  }

  info(limits?: Limits): Promise<SpriteInfo> {
    return getSprite(this.#rest, this.spriteId, limits);
  }

  /** Changes who may reach the sandbox, or its labels. */
  async update(options: UpdateSpriteOptions): Promise<SpriteInfo> {
    return updateSprite(this.#rest, this.spriteId, readOptions(options));
  }

  /** Brings the sandbox to the newest version of its environment. */
  upgrade(limits?: Limits): Promise<void> {
    return renewSprite(this.#rest, this.spriteId, "upgrade", limits);
  }

  /** Starts the sandbox anew. What runs in it ends. */
  restart(limits?: Limits): Promise<void> {
    return renewSprite(this.#rest, this.spriteId, "restart", limits);
  }

  /** Deletes the sandbox with all its files and checkpoints. */
  destroy(limits?: Limits): Promise<void> {
    return destroySprite(this.#rest, this.spriteId, limits);
  }
}
