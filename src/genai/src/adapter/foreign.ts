type Values = string | number | boolean | bigint | symbol | null | undefined;
type Objects<T> = Exclude<T, Values | readonly unknown[]>;
type Lists<T> = Extract<T, readonly unknown[]>;
type Keys<T> = T extends unknown ? keyof T : never;
type Member<T, Key> = T extends unknown ? (Key extends keyof T ? T[Key] : never) : never;

/**
 * Data of a foreign type that cannot be relied on: at every depth, any member that any variant of the type has may be
 * present, absent or `null`, and a string literal may be any string.
 */
export type Foreign<T> = unknown extends T
  ? T
  :
      | (T extends string ? string : Extract<T, Values>)
      | ([Lists<T>] extends [never] ? never : Foreign<Lists<T>[number]>[])
      | ([Objects<T>] extends [never]
          ? never
          : { [Key in Keys<Objects<T>>]?: Foreign<Member<Objects<T>, Key>> | null });

/** The members of foreign data that are set: SDKs and servers use `null` and absence alike for "nothing". */
export function withoutNulls<T extends object>(data: T | null | undefined): SetMembers<T> {
  const told = Object.entries(data ?? {}).filter(([, value]) => value != null);
  return Object.fromEntries(told) as SetMembers<T>;
}

type SetMembers<T> = { [Key in keyof T]?: NonNullable<T[Key]> };

/** The objects of a foreign list; none of what is no list. Servers have put `null` into lists, and objects in their place. */
export function objectsOf<T extends object>(list: readonly T[] | null | undefined): T[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === "object" && item !== null) : [];
}
