import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import { checkText, invalidArgument, readOptions } from "../arguments.js";
import { ApiError } from "../errors.js";
import type { Limits, Rest } from "../rest/rest.js";
import type { Call } from "../rest/transport.js";
import { type FileInfo, type Listing, octal, readListing } from "./file-info.js";

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

/** For what may be there already, or may have to be made on the way. */
export interface MakeDirectoryOptions extends Limits {
  /** Permission bits of the new directory. @default the server's */
  mode?: number;
  /** Make missing directories on the way, and leave one that is there as it is. @default false */
  recursive?: boolean;
}

/** How a file or directory is removed. */
export interface RemoveOptions extends RecursiveOptions {
  /** Nothing there is no error. @default false */
  force?: boolean;
}

/** How a file is touched. */
export interface TouchOptions extends Limits {
  /** Permission bits of a new file. @default 0o644 */
  mode?: number;
  /** Reject with `EEXIST` where there is something already. @default false */
  exclusive?: boolean;
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
    return new Filesystem(this.#rest, this.#name, posix.resolve("/", this.#workingDir, workingDir));
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
    const { mode = 0o644, mkdirParents = true, ...limits } = options;
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    return this.#put(path, bytes, octal(mode), mkdirParents, limits);
  }

  async list(path = ".", limits?: Limits): Promise<FileInfo[]> {
    checkText(path, "path");
    const { entries } = await this.#listing(path, limits);
    return [...entries];
  }

  /** Read from the listing of the directory above, as the server has no call for one path. Of `/`, only that it exists. */
  async stat(path: string, limits?: Limits): Promise<FileInfo> {
    checkText(path, "path");
    const whole = posix.resolve("/", this.#workingDir, path);
    const above = posix.dirname(whole);
    const listing = await this.#listing(above, limits);
    if (whole === "/") return ROOT;
    const found = isFileItself(listing, above)
      ? undefined
      : listing.entries.find(({ name }) => name === posix.basename(whole));
    if (found === undefined) throw new ApiError(`no such file or directory: ${path}`, { code: "ENOENT" });
    return found;
  }

  async exists(path: string, limits?: Limits): Promise<boolean> {
    return (await this.#find(path, limits)) !== undefined;
  }

  /** Writes a marker file into the new directory and removes it, as the server has no call for directories. */
  async mkdir(path: string, given: MakeDirectoryOptions = {}): Promise<void> {
    const { mode, recursive = false, ...limits } = readOptions(given);
    checkText(path, "path");
    const bits = mode === undefined ? undefined : octal(mode);
    const there = await this.#find(path, limits);
    if (there?.isDirectory && recursive) return;
    if (there !== undefined) throw new ApiError(`there is something at ${path}`, { code: "EEXIST" });
    if (!recursive) {
      const above = await this.stat(posix.resolve("/", this.#workingDir, path, ".."), limits);
      if (!above.isDirectory) throw new ApiError(`no directory above ${path}`, { code: "ENOTDIR" });
    }
    const marker = posix.join(path, `.made-${randomUUID()}`);
    // Without the caller's signal: an abort would leave the marker behind.
    const clear = (): Promise<void> => this.remove(marker, { timeout: limits.timeout, force: true });
    try {
      await this.write(marker, "", limits);
    } catch (error) {
      // The server may have written it all the same. Who gave up does not wait for this.
      clear().catch(() => undefined);
      throw error;
    }
    await clear();
    if (bits !== undefined) await this.#post("chmod", { path, mode: bits }, limits);
  }

  /**
   * Makes an empty file, or makes one that is there look changed just now: by writing back what it holds, for the
   * server has no call for times. What others write meanwhile is lost. Directories stay as they are.
   */
  async touch(path: string, given: TouchOptions = {}): Promise<void> {
    const { mode = 0o644, exclusive = false, ...limits } = readOptions(given);
    checkText(path, "path");
    const bits = octal(mode);
    const there = await this.#find(path, limits);
    if (there === undefined) return this.#put(path, Buffer.alloc(0), bits, true, limits);
    if (exclusive) throw new ApiError(`there is something at ${path}`, { code: "EEXIST" });
    if (there.isDirectory) return;
    return this.#put(path, await this.read(path, limits), there.mode || undefined, false, limits);
  }

  async remove(path: string, options: RemoveOptions = {}): Promise<void> {
    checkText(path, "path");
    const { recursive, force, ...limits } = readOptions(options);
    const call = this.#query("DELETE", "delete", { path, recursive: recursive || undefined });
    const removed = this.#rest.done(call, limits);
    return force ? removed.catch(ignoreAbsence) : removed;
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

  async chmod(path: string, mode: number, options: RecursiveOptions = {}): Promise<void> {
    checkText(path, "path");
    const { recursive, ...limits } = readOptions(options);
    return this.#post("chmod", { path, mode: octal(mode), ...(recursive && { recursive }) }, limits);
  }

  async #listing(path: string, limits: Limits | undefined): Promise<Listing> {
    return readListing(await this.#rest.json(this.#query("GET", "list", { path }), limits));
  }

  /** As `stat`, undefined where there is nothing. */
  #find(path: string, limits: Limits | undefined): Promise<FileInfo | undefined> {
    return this.stat(path, limits).catch(ignoreAbsence);
  }

  #put(
    path: string,
    bytes: Uint8Array,
    mode: string | undefined,
    mkdirParents: boolean,
    limits: Limits,
  ): Promise<void> {
    return this.#rest.done({ ...this.#query("PUT", "write", { path, mode, mkdirParents }), bytes }, limits);
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
      namesPaths: true,
    } as const;
  }
}

const ROOT: FileInfo = {
  name: "/",
  path: "/",
  isDirectory: true,
  size: 0,
  mode: "",
  modifiedAt: new Date(Number.NaN),
};

/** True when what was listed is a file: it stands as the only entry then, under its own path. */
function isFileItself({ path, entries }: Listing, asked: string): boolean {
  const [only] = entries;
  return entries.length === 1 && only?.isDirectory === false && [path, asked].includes(only.path);
}

/** Passes over "there is nothing at that path"; that the sandbox itself is not there remains an error. */
function ignoreAbsence(error: unknown): undefined {
  if (error instanceof ApiError) {
    const { code, status } = error;
    if (code === "ENOENT" || code === "ENOTDIR" || (status === 404 && code === undefined)) return undefined;
  }
  throw error;
}
