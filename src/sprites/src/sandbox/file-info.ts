import { invalidArgument } from "../arguments.js";
import { readNumber, readObject, readString, readTime } from "../rest/json.js";

/** One entry of a directory. */
export interface FileInfo {
  readonly name: string;
  readonly path: string;
  readonly isDirectory: boolean;
  readonly size: number;
  /** Permission bits, octal, such as `0644`. */
  readonly mode: string;
  readonly modifiedAt: Date;
}

/** What the server tells of a path: one entry for a file, what is in it for a directory. */
export interface Listing {
  /** The path as the server understood it. */
  readonly path: string;
  readonly entries: readonly FileInfo[];
}

export function readListing(value: unknown): Listing {
  const { path, entries } = readObject(value);
  return {
    path: readString(path) ?? "",
    entries: Array.isArray(entries) ? entries.map(readFileInfo) : [],
  };
}

/** @throws SpritesError (`INVALID_ARGUMENT`) for what are no permission bits. */
export function octal(mode: number): string {
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777) {
    throw invalidArgument("mode", "permission bits such as 0o644");
  }
  return mode.toString(8).padStart(4, "0");
}

function readFileInfo(value: unknown): FileInfo {
  const fields = readObject(value);
  return {
    name: readString(fields.name) ?? "",
    path: readString(fields.path) ?? "",
    isDirectory: fields.isDir === true || fields.type === "directory",
    size: readNumber(fields.size) ?? 0,
    mode: readString(fields.mode) ?? "",
    modifiedAt: readTime(fields.modTime),
  };
}
