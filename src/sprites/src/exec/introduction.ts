/**
 * The moment at which the server tells which session this is. Only then is it known whether a session that was joined
 * has a TTY; until then its frames cannot be read, and wait here.
 */
export class Introduction {
  /** Resolves at that moment, or at the end of a command that never came so far. */
  readonly over: Promise<void>;
  #resolve: () => void = () => undefined;
  #held: (() => void)[] | undefined;

  constructor(holdsFrames: boolean) {
    this.#held = holdsFrames ? [] : undefined;
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Frames are held. */
  get isAwaited(): boolean {
    return this.#held !== undefined;
  }

  /** Delivers a frame now, or in its turn once frames can be read. */
  pass(deliver: () => void): void {
    if (this.#held === undefined) deliver();
    else this.#held.push(deliver);
  }

  /** From here on frames can be read: first those that were held. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const deliver of held) deliver();
  }

  end(): void {
    this.#resolve();
  }
}
