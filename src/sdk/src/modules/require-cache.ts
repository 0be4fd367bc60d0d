/**
 * A `require` that takes absolute paths. There is one cache for all of them, so it need not be this file's, whose own
 * path a bundler may have taken away; nor is it made by an import, which webpack looks into.
 */
export const requireByPath: NodeJS.Require = process
  .getBuiltinModule("node:module")
  .createRequire(process.execPath);

/** Every CommonJS file that is loaded, and every ES module's that imports one. */
export function requiredFiles(): string[] {
  return Object.keys(requireByPath.cache);
}
