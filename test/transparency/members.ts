/** Every function and accessor an application can reach from the module: by path, the very descriptors. */
export type MemberTable = ReadonlyMap<string, PropertyDescriptor>;

/** Walks the module's exports, their statics and their prototypes. */
export function memberTable(sdk: unknown): MemberTable {
  const table = new Map<string, PropertyDescriptor>();
  walk(sdk, "", new Set(), table);
  return table;
}

function walk(
  owner: unknown,
  path: string,
  visited: Set<unknown>,
  table: Map<string, PropertyDescriptor>,
): void {
  if ((typeof owner !== "object" && typeof owner !== "function") || owner === null || visited.has(owner))
    return;
  visited.add(owner);
  for (const key of Reflect.ownKeys(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (!descriptor) continue;
    const name = `${path}.${String(key)}`;
    table.set(name, descriptor);
    if (isWorthAVisit(descriptor)) walk(descriptor.value, name, visited, table);
    if (descriptor.get && path === "") walk(descriptor.get.call(owner), name, visited, table);
  }
  const parent = Object.getPrototypeOf(owner);
  if (parent && parent !== Object.prototype && parent !== Function.prototype)
    walk(parent, `${path}.__proto__`, visited, table);
}

function isWorthAVisit({ value }: PropertyDescriptor): boolean {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

/** Names of what is not the very same in both, with what differs. */
export function compareMembers(before: MemberTable, after: MemberTable): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    if (!old) return [`${name} is new`];
    if (!now) return [`${name} is gone`];
    const fields = ["value", "get", "set", "writable", "enumerable", "configurable"] as const;
    const changed = fields.filter((field) => old[field] !== now[field]);
    return changed.length === 0 ? [] : [`${name}: ${changed.join(", ")}`];
  });
}
