import { guard } from "../record/guard.js";

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

/**
 * Where the holder has the method: as its `own` property; `inherited`, to be replaced for this holder alone; not at all,
 * because each instance's constructor has it `assigned` as a field; or as a getter, which is `read`.
 */
export type Place = "own" | "inherited" | "assigned" | "read";

interface Wanted {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly wrap: (original: Method) => Method;
  readonly place: Place;
}

interface Patch {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly place: Place;
  /** The holder's own property; if it has none, putting that back means to remove ours. */
  readonly before: PropertyDescriptor | undefined;
  readonly after: PropertyDescriptor;
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
   */
  add(
    holder: object | undefined,
    key: PropertyKey,
    wrap: (original: Method) => Method,
    place: Place = "own",
  ): boolean {
    if (holder === undefined) return false;
    const before = Object.getOwnPropertyDescriptor(holder, key);
    if (before?.configurable === false) return false;
    const inherited = before === undefined && place === "inherited";
    const method = inherited ? passOn(holder, key) : functionIn(before, place);
    const willBeAssigned = before === undefined && place === "assigned";
    if (typeof method !== "function" && !willBeAssigned) return false;
    if (isPatched(method)) {
      this.#wait({ holder, key, wrap, place });
      return false;
    }
    if ((place === "assigned" && !willBeAssigned) || this.#isWrapped(holder, key, method)) return false;
    const after = willBeAssigned
      ? { get: undefined, set: assigning(key, wrap), configurable: true }
      : replaced(before, place, method as Method, wrap);
    const patch = { holder, key, place, before, after };
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
      (patch) =>
        patch.holder === holder && patch.key === key && functionIn(patch.before, patch.place) !== method,
    );
  }

  apply(): void {
    this.#applied = true;
    if (this.#patches.length + this.#waiting.length > 0) turnedOn().add(this.#take);
    this.#takeAll();
  }

  #takeAll(): void {
    for (const { holder, key, wrap, place } of this.#waiting.splice(0)) this.add(holder, key, wrap, place);
    for (const patch of this.#patches) if (holds(patch, patch.before)) apply(patch);
  }

  restore(): void {
    this.#applied = false;
    for (const patch of this.#patches.toReversed()) {
      const { holder, key, before, after } = patch;
      if (!holds(patch, after)) continue;
      if (before === undefined) Reflect.deleteProperty(holder, key);
      else Object.defineProperty(holder, key, before);
    }
    turnedOn().delete(this.#take);
    for (const take of [...turnedOn()]) take();
  }
}

function apply({ holder, key, after }: Patch): void {
  Object.defineProperty(holder, key, after);
}

/** The function of a property where it is patched; accessors are no methods. */
function functionIn(property: PropertyDescriptor | undefined, place: Place): unknown {
  if (place === "read") return property?.get;
  return place === "assigned" ? property?.set : property?.value;
}

/** Whether the holder still has this property. */
function holds({ holder, key, place }: Patch, property: PropertyDescriptor | undefined): boolean {
  const held = Object.getOwnPropertyDescriptor(holder, key);
  const isThere = (held === undefined) === (property === undefined);
  return isThere && functionIn(held, place) === functionIn(property, place);
}

function replaced(
  before: PropertyDescriptor | undefined,
  place: Place,
  method: Method,
  wrap: (original: Method) => Method,
): PropertyDescriptor {
  const value = disguise(wrap(method), method);
  if (before === undefined) return { value, writable: true, configurable: true, enumerable: false };
  return place === "read" ? { ...before, get: value } : { ...before, value };
}

/** Gives each instance the field that its constructor assigns, with what `wrap` makes of the method. */
function assigning(key: PropertyKey, wrap: (original: Method) => Method): (value: unknown) => void {
  const { set } = {
    set(this: object, method: unknown): void {
      const value =
        typeof method !== "function" || isPatched(method)
          ? method
          : disguise(wrap(method as Method), method as Method);
      Object.defineProperty(this, key, { value, writable: true, configurable: true, enumerable: true });
    },
  };
  patchedFunctions().add(set);
  return set;
}

/** A method that calls whichever the holder inherits then: others may patch that, before us or after. */
function passOn(holder: object, key: PropertyKey): Method | undefined {
  const inherited = (): unknown => Object.getPrototypeOf(holder)?.[key];
  const method = inherited();
  if (typeof method !== "function") return undefined;
  const value = {
    method(this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(inherited() as Method, this, args);
    },
  }.method;
  return named(value, method as Method);
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

/** Makes a getter tell of each kind of object that it gives, once. */
export function followGetting(get: Method, found: (given: object) => void): Method {
  const known = new WeakSet<object>();
  return {
    method(this: unknown) {
      const given = Reflect.apply(get, this, []);
      guard("what a getter gives", () => {
        const kind: unknown = Object.getPrototypeOf(given);
        if (kind === null || known.has(kind as object)) return;
        known.add(kind as object);
        found(given as object);
      });
      return given;
    },
  }.method;
}
