import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { findHookLibrary } from "../modules/hook-library.js";
import { findThreadHooks } from "../modules/hooks.js";
import { SINGLETONS } from "../process/copies.js";
import { VERSION } from "../version.js";
import type { Finding } from "./finding.js";
import { type Copy, foldersAbove } from "./installed-copies.js";
import { LIKE_OURS } from "./setting-list.js";

const REGISTER = "@kit/register";
const KIT = [REGISTER, "@kit/sdk"];

/** Packages besides the libraries whose copies are looked for. */
export const WATCHED_PACKAGES: readonly string[] = [...KIT, ...Object.keys(SINGLETONS)];

/** The kit itself, what starts it, the Node that runs it, and packages of which there should be only one copy. */
export function judgeSurroundings(copies: readonly Copy[], folder: string): Finding[] {
  return [
    judgeKit(copies),
    judgeStart(folder),
    ...judgeEnvFile(folder),
    judgeHooks(),
    ...judgeCopies(copies),
  ];
}

function judgeKit(copies: readonly Copy[]): Finding {
  const installed = copies.filter(({ name, nearest }) => nearest && KIT.includes(name));
  const subject = "kit";
  if (installed.length === 0) {
    return {
      level: "problem",
      subject,
      says: `not installed here: npm install ${REGISTER} @opentelemetry/api`,
    };
  }
  const says = installed.map(({ name, version }) => `${name} ${version}`).join(", ");
  const other = installed.some(({ version }) => version !== VERSION);
  return other
    ? { level: "note", subject, says: `${says}; this command is ${VERSION}` }
    : { level: "ok", subject, says };
}

/** As far as it shows from outside: the command that starts the application may be anywhere. */
function judgeStart(folder: string): Finding {
  const subject = "start";
  if (process.env.NODE_OPTIONS?.includes(REGISTER)) return { level: "ok", subject, says: "by NODE_OPTIONS" };
  const scripts = scriptsOf(folder).filter(([, command]) => String(command).includes(REGISTER));
  if (scripts.length > 0) {
    const names = scripts.map(([name]) => `"${name}"`).join(", ");
    return { level: "ok", subject, says: `by the npm script ${names}` };
  }
  const says = `no sign of it here: node --import ${REGISTER} app.js, or init() first in the program`;
  return { level: "note", subject, says };
}

/** Most programs read that file themselves, when the kit has started already. */
function judgeEnvFile(folder: string): Finding[] {
  const names = namesIn(join(folder, ".env"));
  const unset = names.filter((name) => LIKE_OURS.test(name) && process.env[name] === undefined);
  if (unset.length === 0) return [];
  const says = `sets ${unset.join(", ")}, which this environment lacks. Start with node --env-file=.env; check with --env-file .env`;
  return [{ level: "note", subject: ".env", says }];
}

function namesIn(file: string): string[] {
  try {
    return Object.keys(parseEnv(readFileSync(file, "utf8")));
  } catch {
    return [];
  }
}

function scriptsOf(folder: string): [name: string, command: unknown][] {
  for (const each of foldersAbove(folder)) {
    try {
      const { scripts } = JSON.parse(readFileSync(join(each, "package.json"), "utf8"));
      return Object.entries(scripts ?? {});
    } catch {
      // None here, so that of a folder above counts.
    }
  }
  return [];
}

function judgeHooks(): Finding {
  const subject = `Node ${process.versions.node}`;
  if (process.versions.pnp !== undefined && process.versions.node.startsWith("20.")) {
    const says = "cannot require ES modules from Yarn's archives: use Node 22, or nodeLinker: node-modules";
    return { level: "problem", subject, says };
  }
  const library = findHookLibrary();
  const inThread = library !== undefined && findThreadHooks(library) !== undefined;
  const how = inThread ? "in the application's own thread" : "through a loader thread";
  return { level: "ok", subject, says: `ES modules are hooked ${how}` };
}

function judgeCopies(copies: readonly Copy[]): Finding[] {
  return Object.entries(SINGLETONS).flatMap(([name, consequence]): Finding[] => {
    const several = copies.filter((copy) => copy.name === name);
    if (several.length < 2) return [];
    const versions = [...new Set(several.map(({ version }) => version))].join(", ");
    const says = `${several.length} copies (${versions}); if a process loads two, ${consequence}. npm ls ${name}`;
    return [{ level: "note", subject: name, says }];
  });
}
