import { checkText, invalidArgument, readOptions } from "../arguments.js";
import { readNumber, readObject, readString, readTime } from "../rest/json.js";
import type { Limits, Rest } from "../rest/rest.js";
import type { Call } from "../rest/transport.js";

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

/** How a file is written. */
export interface WriteFileOptions extends Limits {
  /** Permission bits. @default 0o644 */
  mode?: number;
  /** Make missing directories on the way. @default true */
  mkdirParents?: boolean;
}

/** For directories with what is in them. */
export interface RecursiveOptions extends Limits {
  /** @default false */
  recursive?: boolean;
}

/** Files of one sandbox. Errors are ApiErrors whose `code` is the system's, such as `ENOENT`. */
export class Filesystem {
  readonly #rest: Rest;
  readonly #name: string;
  readonly #workingDir: string;

  /** Relative paths start at `workingDir`. */
  constructor(rest: Rest, name: string, workingDir: string) {
    this.#rest = rest;
    this.#name = name;
    this.#workingDir = workingDir;
  }

  /** The same files, with relative paths starting elsewhere. */
  at(workingDir: string): Filesystem {
    checkText(workingDir, "workingDir");
    return new Filesystem(this.#rest, this.#name, workingDir);
  }

  async read(path: string, limits?: Limits): Promise<Buffer> {
    checkText(path, "path");
    const read = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
    return this.#rest.request(this.#query("GET", "read", { path }), read, limits);
  }

  async readText(path: string, limits?: Limits): Promise<string> {
    return (await this.read(path, limits)).toString();
  }

  async write(path: string, data: string | Uint8Array, given: WriteFileOptions = {}): Promise<void> {
    const options = readOptions(given);
    checkText(path, "path");
    if (typeof data !== "string" && !(data instanceof Uint8Array)) {
      throw invalidArgument("data", "a string or bytes (Buffer, Uint8Array)");
    }
    const query = {
      path,
      mode: octal(options.mode ?? 0o644),
      mkdirParents: options.mkdirParents ?? true,
    };
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    return this.#rest.done({ ...this.#query("PUT", "write", query), bytes }, options);
  }

  async list(path = ".", limits?: Limits): Promise<FileInfo[]> {
    checkText(path, "path");
    const { entries } = readObject(await this.#rest.json(this.#query("GET", "list", { path }), limits));
    return Array.isArray(entries) ? entries.map(readFileInfo) : [];
  }

  async remove(path: string, options: RecursiveOptions = {}): Promise<void> {
    checkText(path, "path");
    const { recursive, ...limits } = readOptions(options);
    return this.#rest.done(
      this.#query("DELETE", "delete", { path, recursive: recursive || undefined }),
      limits,
    );
  }

  async rename(source: string, dest: string, limits?: Limits): Promise<void> {
    checkText(source, "source");
    checkText(dest, "dest");
    return this.#post("rename", { source, dest }, limits);
  }

  async copy(source: string, dest: string, options: RecursiveOptions = {}): Promise<void> {
    checkText(source, "source");
    checkText(dest, "dest");
    const { recursive = false, ...limits } = readOptions(options);
    return this.#post("copy", { source, dest, recursive }, limits);
  }

  async chmod(path: string, mode: number, limits?: Limits): Promise<void> {
    checkText(path, "path");
    return this.#post("chmod", { path, mode: octal(mode) }, limits);
  }

  #query(method: "GET" | "PUT" | "DELETE", operation: string, query: Call["query"]): Call {
    return { ...this.#call(operation), method, query: { ...query, workingDir: this.#workingDir } };
  }

  #post(
    operation: string,
    body: Readonly<Record<string, unknown>>,
    limits: Limits | undefined,
  ): Promise<void> {
    const json = { ...body, workingDir: this.#workingDir };
    return this.#rest.done({ ...this.#call(operation), method: "POST", json }, limits);
  }

  #call(operation: string) {
    return {
      template: `/v1/sprites/{name}/fs/${operation}`,
      params: { name: this.#name },
      purpose: "api",
    } as const;
  }
}

function octal(mode: number): string {
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
