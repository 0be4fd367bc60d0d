import { isPlainObject } from "../model/checks.js";

/** Below these keys the data is the user's: nothing is renamed there. */
const OPAQUE = new Set(["context", "metadata"]);

const toSnake = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toCamel = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function renameKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, rename));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      rename(key),
      OPAQUE.has(key) ? item : renameKeys(item, rename),
    ]),
  );
}

/** `timeoutSeconds` → `timeout_seconds`, all the way down except inside `context` and `metadata`. */
export const snakeKeys = (value: object) => renameKeys(value, toSnake) as Record<string, unknown>;

/** `timeout_seconds` → `timeoutSeconds`, all the way down except inside `context` and `metadata`. */
export const camelKeys = (value: object) => renameKeys(value, toCamel) as Record<string, unknown>;
