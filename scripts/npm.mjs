import { win32 } from "node:path";

/**
 * Command and arguments that run npm. On Windows npm is a batch file, which only a shell can start, and a shell takes
 * paths with blanks apart: Node runs the program behind it, which comes with Node.
 */
export function npmCommand(args, { platform, execPath, env } = process) {
  if (platform !== "win32") return ["npm", args];
  const { npm_execpath: running = "" } = env;
  const beside = win32.join(win32.dirname(execPath), "node_modules", "npm", "bin", "npm-cli.js");
  return [execPath, [running.endsWith("npm-cli.js") ? running : beside, ...args]];
}
