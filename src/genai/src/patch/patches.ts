/** A method as patches see it. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

const PATCHED = Symbol.for("kit.patched");

/** Functions made by the kit, including other copies of it in the same process; the functions carry no mark themselves. */
function patchedFunctions(): WeakSet<object> {
  const shared = globalThis as { [PATCHED]?: WeakSet<object> };
  shared[PATCHED] ??= new WeakSet();
  return shared[PATCHED];
}

const TURNED_ON = Symbol.for("kit.patches");

/** For each enabled instrumentation, of all copies of the kit: what to do when another one is disabled. */
function turnedOn(): Set<() => void> {
  const shared = globalThis as { [TURNED_ON]?: Set<() => void> };
  shared[TURNED_ON] ??= new Set();
  return shared[TURNED_ON];
}

interface Wanted {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly wrap: (original: Method) => Method;
}

interface Patch {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly original: PropertyDescriptor;
  /** Whether the holder has no such property of its own, so that putting the original back means to remove ours. */
  readonly inherited: boolean;
  readonly replacement: Method;
}

/** Whether a function already reports to the kit. */
export function isPatched(value: unknown): boolean {
  return typeof value === "function" && patchedFunctions().has(value);
}

/**
 * The methods that one instrumentation has replaced, with their originals. Restoring puts back the identical property. A
 * method that somebody else wrapped after us is left to them, and our part of it stops recording. A method that another
 * instrumentation of the kit has patched becomes ours when that one is disabled.
 */
export class Patches {
  readonly #patches: Patch[] = [];
  /** Methods that others have patched. */
  readonly #waiting: Wanted[] = [];
  readonly #take = () => this.#takeAll();
  #applied = true;

  /**
   * Replaces a method by what `wrap` makes of it, unless it is missing or already reports to the kit, directly or inside
   * somebody else's wrapper.
   * @param orInherited whether a method that the holder only inherits is replaced too, for this holder alone
   */
  add(
    holder: object | undefined,
    key: PropertyKey,
    wrap: (original: Method) => Method,
    orInherited = false,
  ): boolean {
    if (holder === undefined) return false;
    const own = Object.getOwnPropertyDescriptor(holder, key);
    const original = own ?? (orInherited ? passOn(holder, key) : undefined);
    if (original === undefined) return false;
    const method: unknown = original.value;
    if (typeof method !== "function" || original.configurable === false) return false;
    if (isPatched(method)) {
      this.#wait({ holder, key, wrap });
      return false;
    }
    if (this.#isWrapped(holder, key, method)) return false;
    const replacement = disguise(wrap(method as Method), method as Method);
    const patch = { holder, key, original, inherited: own === undefined, replacement };
    this.#patches.push(patch);
    if (this.#applied) {
      apply(patch);
      turnedOn().add(this.#take);
    }
    return true;
  }

  #wait(wanted: Wanted): void {
    const isSame = ({ holder, key }: Wanted | Patch) => holder === wanted.holder && key === wanted.key;
    if (this.#patches.some(isSame) || this.#waiting.some(isSame)) return;
    this.#waiting.push(wanted);
    if (this.#applied) turnedOn().add(this.#take);
  }

  /** Whether somebody wrapped our replacement, so that their wrapper still calls it. */
  #isWrapped(holder: object, key: PropertyKey, method: unknown): boolean {
    return this.#patches.some(
      (patch) => patch.holder === holder && patch.key === key && patch.original.value !== method,
    );
  }

  apply(): void {
    this.#applied = true;
    if (this.#patches.length + this.#waiting.length > 0) turnedOn().add(this.#take);
    this.#takeAll();
  }

  #takeAll(): void {
    for (const { holder, key, wrap } of this.#waiting.splice(0)) this.add(holder, key, wrap);
    for (const patch of this.#patches) {
      const own: unknown = Object.getOwnPropertyDescriptor(patch.holder, patch.key)?.value;
      if (own === (patch.inherited ? undefined : patch.original.value)) apply(patch);
    }
  }

  restore(): void {
    this.#applied = false;
    for (const { holder, key, original, inherited, replacement } of this.#patches.toReversed()) {
      if (Object.getOwnPropertyDescriptor(holder, key)?.value !== replacement) continue;
      if (inherited) Reflect.deleteProperty(holder, key);
      else Object.defineProperty(holder, key, original);
    }
    turnedOn().delete(this.#take);
    for (const take of [...turnedOn()]) take();
  }
}

function apply({ holder, key, original, replacement }: Patch): void {
  Object.defineProperty(holder, key, { ...original, value: replacement });
}

/** A method that calls whichever the holder inherits then: others may patch that, before us or after. */
function passOn(holder: object, key: PropertyKey): PropertyDescriptor | undefined {
  const inherited = (): unknown => Object.getPrototypeOf(holder)?.[key];
  const method = inherited();
  if (typeof method !== "function") return undefined;
  const value = {
    method(this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(inherited() as Method, this, args);
    },
  }.method;
  return { value: named(value, method as Method), writable: true, configurable: true, enumerable: false };
}

/** Gives a replacement the name and length of the original. */
function disguise(replacement: Method, original: Method): Method {
  patchedFunctions().add(replacement);
  return named(replacement, original);
}

function named(replacement: Method, original: Method): Method {
  Object.defineProperty(replacement, "name", { value: original.name, configurable: true });
  Object.defineProperty(replacement, "length", { value: original.length, configurable: true });
  return replacement;
}
