/** A piece of one of a function's arguments. A long text comes in several, each with the same path. */
export interface PartialArg {
  /** Such as `$.foo.bar[0].data`. */
  jsonPath?: string | null;
  stringValue?: string | null;
  numberValue?: number | null;
  boolValue?: boolean | null;
}

type Key = string | number;

/** One step of a path: `.name`, `[0]` or `['name']`. */
const STEP = /\.([^.[\]]+)|\[(\d+)\]|\[(['"])((?:\\.|(?!\3).)*)\3\]/g;

/** Puts a piece into the arguments, which it may change. */
export function withPartialArg(args: unknown, piece: PartialArg): unknown {
  const steps = [...(piece.jsonPath ?? "").matchAll(STEP)];
  const path = steps.map(([, name, index, , quoted = ""]): Key => {
    if (index !== undefined) return Number(index);
    return name ?? quoted.replace(/\\(.)/g, "$1");
  });
  return put(args, path, piece);
}

function put(before: unknown, [key, ...rest]: readonly Key[], piece: PartialArg): unknown {
  if (key === undefined) return append(before, piece);
  const within = isObject(before) ? before : typeof key === "number" ? [] : {};
  // Items come in their order. A model's index must not make a list of millions.
  const place = Array.isArray(within) && typeof key === "number" ? Math.min(key, within.length) : key;
  const members = within as Record<Key, unknown>;
  // What is inherited, such as `constructor`, belongs to all objects.
  members[place] = put(Object.hasOwn(within, place) ? members[place] : undefined, rest, piece);
  return within;
}

function append(before: unknown, { stringValue, numberValue, boolValue }: PartialArg): unknown {
  if (stringValue != null) return typeof before === "string" ? before + stringValue : stringValue;
  return numberValue ?? boolValue ?? null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
