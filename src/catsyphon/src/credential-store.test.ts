import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { CredentialStore } from "./index.js";
import { toProfileKey } from "./profile-key.js";

let directory: string;
let file: string;
let store: CredentialStore;
beforeEach(() => {
  directory = join(temporaryFolder(), ".catsyphon");
  file = join(directory, "credentials.json");
  store = new CredentialStore(directory);
});

const credential = {
  serverUrl: "https://cats.example.org:8443/",
  workspaceId: "0b7b2f0e-5d3a-4c58-9a59-6d8f1b1f2a11",
  collectorId: "9d1e4b56-2f70-4b42-8d0a-8e4c3f5f7c21",
  apiKey: "cs_live_AbCdEf",
  apiKeyPrefix: "cs_live_AbCd",
};
const { serverUrl, workspaceId } = credential;

describe("the file", () => {
  it("holds the very bytes that Python writes", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-05-01T08:00:00.120Z") });
    store.store({ ...credential, profile: "prüf 😺" });
    vi.useRealTimers();
    expect(readFileSync(file, "latin1")).toBe(`{
  "pr\\u00fcf \\ud83d\\ude3a:cats.example.org:8443:${workspaceId}": {
    "server_url": "https://cats.example.org:8443",
    "workspace_id": "${workspaceId}",
    "collector_id": "${credential.collectorId}",
    "api_key": "cs_live_AbCdEf",
    "api_key_prefix": "cs_live_AbCd",
    "profile": "pr\\u00fcf \\ud83d\\ude3a",
    "created_at": "2026-05-01T08:00:00.120000+00:00"
  }
}`);
  });

  it.skipIf(process.platform === "win32")(
    "can be read by its owner only, even when it could be read before",
    () => {
      store.store(credential);
      expect(statSync(directory).mode & 0o777).toBe(0o700);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      writeFileSync(file, "{}", { mode: 0o644 });
      store.store(credential);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readdirSync(directory)).toEqual(["credentials.json"]);
    },
  );

  it("keeps the entries of others, and members it does not know", () => {
    store.store(credential);
    const content = JSON.parse(readFileSync(file, "utf8"));
    const foreign = { ...Object.values<object>(content)[0], note: "ours", profile: "other" };
    writeFileSync(file, JSON.stringify({ ...content, "other:h:w": foreign, odd: 3 }));
    store.store({ ...credential, profile: "second" });
    store.delete(serverUrl, workspaceId);
    const left = JSON.parse(readFileSync(file, "utf8"));
    expect(Object.keys(left)).toEqual(["other:h:w", "odd", `second:cats.example.org:8443:${workspaceId}`]);
    expect(left["other:h:w"]).toEqual(foreign);
    expect(left.odd).toBe(3);
  });

  it.each(["{broken", "[]", ""])("is put aside, not overwritten, when it holds %j", (text) => {
    store.store(credential);
    writeFileSync(file, text);
    expect(store.listProfiles()).toEqual([]);
    expect(readFileSync(file, "utf8")).toBe(text);
    store.store(credential);
    const aside = readdirSync(directory).find((name) => /^credentials\.json\.corrupt-\d+$/.test(name));
    expect(readFileSync(join(directory, aside ?? ""), "utf8")).toBe(text);
    expect(store.listProfiles().length).toBe(1);
  });

  it.skipIf(process.platform === "win32")("stays where a link points", () => {
    store.store(credential);
    const elsewhere = `${directory}-real.json`;
    writeFileSync(elsewhere, "{}");
    const linked = temporaryFolder();
    symlinkSync(elsewhere, join(linked, "credentials.json"));
    new CredentialStore(linked).store(credential);
    expect(Object.keys(JSON.parse(readFileSync(elsewhere, "utf8"))).length).toBe(1);
  });
});

describe("the entries", () => {
  it("are found by host, workspace and profile", () => {
    store.store(credential);
    store.store({ ...credential, collectorId: "ci", profile: "ci" });
    expect(store.get(serverUrl, workspaceId)).toMatchObject({
      ...credential,
      serverUrl: "https://cats.example.org:8443",
      profile: "default",
    });
    expect(store.get("http://cats.example.org:8443/api", workspaceId, "ci")?.collectorId).toBe("ci");
    expect(store.get(serverUrl, "other")).toBeNull();
    expect(store.get("https://cats.example.org", workspaceId)).toBeNull();
  });

  it("are listed with profile and prefix; those that lack something are skipped", () => {
    expect(store.listProfiles()).toEqual([]);
    store.store({ ...credential, profile: "a" });
    const content = JSON.parse(readFileSync(file, "utf8"));
    const [entry] = Object.values<Record<string, string>>(content);
    const { profile: _, created_at: __, ...lean } = entry ?? {};
    const { api_key: ___, ...keyless } = lean;
    writeFileSync(file, JSON.stringify({ ...content, lean, keyless, nothing: null }));
    expect(
      store.listProfiles().map((found) => [found.profile, found.apiKeyPrefix, found.createdAt !== ""]),
    ).toEqual([
      ["a", "cs_live_AbCd", true],
      ["default", "cs_live_AbCd", false],
    ]);
  });

  it("are deleted one by one or all, telling what there was", () => {
    expect(store.clearAll()).toBe(0);
    expect(existsSync(file)).toBe(false);
    for (const profile of ["default", "b", "c"]) store.store({ ...credential, profile });
    expect(store.delete(serverUrl, workspaceId, "b")).toBe(true);
    expect(store.delete(serverUrl, workspaceId, "b")).toBe(false);
    expect(store.delete(serverUrl, workspaceId, { profile: "c" })).toBe(true);
    expect(store.delete(serverUrl, "other")).toBe(false);
    expect(store.clearAll()).toBe(1);
    expect(store.listProfiles()).toEqual([]);
  });
});

// What Python's urlparse(url).netloc or .path gave, on 3.11.
it.each([
  ["https://Ex.com:443/api/", "Ex.com:443"],
  ["http://user:pw@host/x?y#z", "user:pw@host"],
  ["example.com", "example.com"],
  ["example.com/api", "example.com/api"],
  ["localhost:8000", "8000"],
  ["127.0.0.1:8000", "127.0.0.1:8000"],
  ["http://[::1]:8000", "[::1]:8000"],
  ["//host/x", "host"],
  ["  https://spaced", "spaced"],
  ["", ""],
])("takes the host of %j for %j", (url, host) => {
  expect(toProfileKey(url, "w", "p")).toBe(`p:${host}:w`);
});
