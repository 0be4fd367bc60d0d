import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Answer, type Asked, jsonBody, NOT_FOUND } from "./answers.js";
import type { Sandbox } from "./sandbox.js";

/** Method and parameters of each operation; anything else is refused. */
const OPERATIONS: Readonly<Record<string, readonly [method: string, ...parameters: string[]]>> = {
  read: ["GET", "path", "workingDir"],
  list: ["GET", "path", "workingDir"],
  write: ["PUT", "path", "workingDir", "mode", "mkdirParents"],
  delete: ["DELETE", "path", "workingDir", "recursive"],
  rename: ["POST", "source", "dest", "workingDir"],
  copy: ["POST", "source", "dest", "workingDir", "recursive"],
  chmod: ["POST", "path", "workingDir", "mode", "recursive"],
};

/** `/fs/*`. The sandbox's `/` is its folder, so that nothing outside is touched. */
export function answerFiles(sandbox: Sandbox, asked: Asked): Answer {
  const { query } = asked;
  const wrong = misused(asked);
  if (wrong !== undefined) return wrong;
  const inside = (path: string, from: string): string => {
    const whole = resolve("/", from, path);
    const folder = sandbox.folderFor(whole);
    return folder === whole ? join(sandbox.home, whole) : folder;
  };
  const path = inside(query.get("path") ?? "", query.get("workingDir") ?? "/");
  try {
    switch (asked.path[1]) {
      case "read":
        return { status: 200, bytes: readFileSync(path) };
      case "write":
        if (query.get("mkdirParents") === "true") mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, asked.body, { mode: Number.parseInt(query.get("mode") ?? "0644", 8) });
        return { status: 200, json: { path: query.get("path"), size: asked.body.length } };
      case "list":
        return { status: 200, json: list(path, sandbox) };
      case "delete":
        rmSync(path, { recursive: query.get("recursive") === "true" });
        return { status: 200, json: { path: query.get("path") } };
      default:
        return change(asked.path[1], jsonBody(asked), inside);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { status: code === "ENOENT" ? 404 : 400, json: { error: message, code, path: query.get("path") } };
  }
}

function misused(asked: Asked): Answer | undefined {
  const [method, ...known] = OPERATIONS[asked.path[1] ?? ""] ?? [];
  if (method === undefined) return NOT_FOUND;
  if (method !== asked.method) return { status: 405, json: { error: `${asked.method} is not for this` } };
  const given = method === "POST" ? Object.keys(jsonBody(asked)) : [...asked.query.keys()];
  const strange = given.filter((name) => !known.includes(name));
  return strange.length > 0 ? { status: 400, json: { error: `unknown: ${strange}` } } : undefined;
}

function change(
  operation: string | undefined,
  body: Record<string, unknown>,
  inside: (path: string, from: string) => string,
): Answer {
  const at = (field: string): string => inside(String(body[field]), String(body.workingDir ?? "/"));
  if (operation === "rename") renameSync(at("source"), at("dest"));
  else if (operation === "copy") cpSync(at("source"), at("dest"), { recursive: body.recursive === true });
  else changeMode(at("path"), Number.parseInt(String(body.mode), 8), body.recursive === true);
  return { status: 200, json: {} };
}

function changeMode(path: string, mode: number, recursive: boolean): void {
  chmodSync(path, mode);
  if (!recursive || !statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) changeMode(join(path, name), mode, true);
}

/** A file is listed as its own only entry, unless this server refuses to list files. */
function list(path: string, { faults, home }: Sandbox): object {
  const shown = (real: string): string => real.replace(home, "") || "/";
  const isFile = !statSync(path).isDirectory();
  const found =
    isFile && !faults.listRefusesFiles ? [path] : readdirSync(path).map((name) => join(path, name));
  const entries = found.map((real) => {
    const stat = statSync(real);
    return {
      name: basename(real),
      path: shown(real),
      type: stat.isDirectory() ? "directory" : "file",
      size: stat.size,
      mode: `0${(stat.mode & 0o777).toString(8)}`,
      modTime: stat.mtime.toISOString(),
      isDir: stat.isDirectory(),
    };
  });
  return { path: shown(path), entries, count: entries.length };
}
