/**
 * Copies an object with one member replaced, keeping its prototype and hidden members. The original belongs to the
 * application: it must not change, and may be frozen.
 */
export function copyWith<T extends object>(original: T, key: keyof T & string, value: unknown): T {
  const members: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(original);
  members[key] = { ...members[key], value };
  return Object.create(Object.getPrototypeOf(original), members) as T;
}
