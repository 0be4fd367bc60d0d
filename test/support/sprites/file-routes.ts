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
import { dirname, join, resolve } from "node:path";
import { type Answer, type Asked, jsonBody, NOT_FOUND } from "./answers.js";
import type { Sandbox } from "./sandbox.js";

/** `/fs/*`. The sandbox's `/` is its folder, so that nothing outside is touched. */
export function answerFiles(sandbox: Sandbox, asked: Asked): Answer {
  const { query } = asked;
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
        return { status: 200, json: list(path) };
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

function change(
  operation: string | undefined,
  body: Record<string, unknown>,
  inside: (path: string, from: string) => string,
): Answer {
  const at = (field: string): string => inside(String(body[field]), String(body.workingDir ?? "/"));
  if (operation === "rename") renameSync(at("source"), at("dest"));
  else if (operation === "copy") cpSync(at("source"), at("dest"), { recursive: body.recursive === true });
  else if (operation === "chmod") chmodSync(at("path"), Number.parseInt(String(body.mode), 8));
  else return NOT_FOUND;
  return { status: 200, json: {} };
}

function list(path: string): object {
  const entries = readdirSync(path).map((name) => {
    const stat = statSync(join(path, name));
    return {
      name,
      path: join(path, name),
      type: stat.isDirectory() ? "directory" : "file",
      size: stat.size,
      mode: `0${(stat.mode & 0o777).toString(8)}`,
      modTime: stat.mtime.toISOString(),
      isDir: stat.isDirectory(),
    };
  });
  return { path, entries, count: entries.length };
}
