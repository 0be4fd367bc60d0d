import { readdirSync } from "node:fs";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { CredentialStore } from "./index.js";

const failures: string[] = [];

vi.mock("node:fs", async (load) => {
  const fs = await load<typeof import("node:fs")>();
  const renameSync = (from: string, to: string) => {
    const code = failures.shift();
    if (code !== undefined) throw Object.assign(new Error(`${code}: rename`), { code });
    fs.renameSync(from, to);
  };
  return { ...fs, renameSync };
});

const { platform } = process;
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => {
  failures.length = 0;
  Object.defineProperty(process, "platform", { value: platform });
});

function store(on: NodeJS.Platform): CredentialStore {
  Object.defineProperty(process, "platform", { value: on });
  const credentials = new CredentialStore(folder);
  const facts = { serverUrl: "http://host", workspaceId: "w", collectorId: "c" };
  credentials.store({ ...facts, apiKey: "cs_live_1", apiKeyPrefix: "cs_live_1" });
  return credentials;
}

it("waits on Windows until others let go of the file", () => {
  failures.push("EPERM", "EBUSY", "EACCES");
  expect(store("win32").get("http://host", "w")).toMatchObject({ apiKey: "cs_live_1" });
  expect(readdirSync(folder)).toEqual(["credentials.json"]);
});

it("tells at once of what waiting cannot mend, and leaves no key behind in another file", () => {
  failures.push("EACCES");
  expect(() => store("linux")).toThrow("EACCES");
  failures.push("EXDEV");
  expect(() => store("win32")).toThrow("EXDEV");
  expect(readdirSync(folder)).toEqual([]);
});
