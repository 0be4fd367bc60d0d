import { checkText, readOptions } from "./arguments.js";
import { readConfig, type SpritesClientOptions } from "./config.js";
import { type Limits, Rest } from "./rest/rest.js";
import {
  type CreateSpriteOptions,
  createSprite,
  destroySprite,
  getSprite,
  type ListSpritesOptions,
  listSprites,
  renewSprite,
  type SpriteInfo,
  type SpritePage,
  type UpdateSpriteOptions,
  updateSprite,
} from "./sandbox/sprite-info.js";
import { Sprite } from "./sprite.js";
import { type CreateTokenOptions, createToken } from "./token.js";

/** Client of a Sprites service. Holds no connection, so there is nothing to close. */
export class SpritesClient {
  /** Base address of the API, without a slash at its end. */
  readonly endpoint: string;
  readonly #rest: Rest;

  /** @throws AuthenticationError without a token. @throws SpritesError for an endpoint that cannot be one. */
  constructor(options: SpritesClientOptions = {}) {
    const config = readConfig(readOptions(options));
    this.endpoint = config.endpoint;
    this.#rest = new Rest(config);
  }

  /**
   * A new token for the sandboxes of an organization, in exchange for a macaroon of Fly.io.
   * @throws AuthenticationError for a macaroon that is not one, or is refused
   */
  static async createToken(
    macaroon: string,
    organization: string,
    options: CreateTokenOptions = {},
  ): Promise<string> {
    return createToken(macaroon, organization, readOptions(options));
  }

  /** The sandbox of this name; no I/O. */
  attach(spriteId: string): Sprite {
    checkText(spriteId, "the name of a sprite");
    return new Sprite(this, spriteId, this.#rest);
  }

  /** Makes a sandbox. Names: lower-case letters, digits and hyphens, 1–63. */
  async createSprite(name: string, options: CreateSpriteOptions = {}): Promise<Sprite> {
    checkText(name, "the name of a sprite");
    const { name: given } = await createSprite(this.#rest, name, readOptions(options));
    return this.attach(given);
  }

  getSprite(name: string, limits?: Limits): Promise<SpriteInfo> {
    return getSprite(this.#rest, name, limits);
  }

  /** One page of the sandboxes. */
  async listSprites(options: ListSpritesOptions = {}): Promise<SpritePage> {
    return listSprites(this.#rest, readOptions(options));
  }

  /** All sandboxes; each page is fetched when it is needed. */
  async *allSprites(given: ListSpritesOptions = {}): AsyncGenerator<SpriteInfo, void, undefined> {
    const options = readOptions(given);
    let continuationToken = options.continuationToken;
    for (;;) {
      const page = await this.listSprites({ ...options, ...(continuationToken && { continuationToken }) });
      yield* page.sprites;
      const next = page.hasMore ? page.nextContinuationToken : undefined;
      // A server that names the same page again would be asked for it for ever.
      if (next === undefined || next === continuationToken) return;
      continuationToken = next;
    }
  }

  /** Changes who may reach a sandbox, or its labels. Resolves to what the service knows of it then. */
  async updateSprite(name: string, options: UpdateSpriteOptions): Promise<SpriteInfo> {
    return updateSprite(this.#rest, name, readOptions(options));
  }

  /** Brings a sandbox to the newest version of its environment. */
  upgradeSprite(name: string, limits?: Limits): Promise<void> {
    return renewSprite(this.#rest, name, "upgrade", limits);
  }

  /** Deletes a sandbox with all its files and checkpoints. */
  destroySprite(name: string, limits?: Limits): Promise<void> {
    return destroySprite(this.#rest, name, limits);
  }
}
