/**
 * The members of an object under the names that the module gives them. It hands out answers as they came when they do not
 * fit what it expects: a member that an older version requires is gone, or a newer one it does not know. It also sends
 * what it does not know of a request as it is, so that the API's own names work too.
 */
export function inCamelCase<T extends object>(data: T | null | undefined): Partial<T> {
  if (typeof data !== "object" || data === null) return {};
  // Chunks are many, and nearly all of them fit.
  let isRaw = false;
  for (const name in data) isRaw ||= name.includes("_");
  return isRaw
    ? (Object.fromEntries(
        Object.entries(data).map(([name, value]) => [toCamelCase(name), value]),
      ) as Partial<T>)
    : data;
}

function toCamelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
