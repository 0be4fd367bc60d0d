import { describe, expect, it } from "vitest";
import type { Faults } from "../support/sprites/faults.js";
import { Telemetry } from "../support/telemetry.js";
import { Harness, rejection, until } from "./harness.js";

const harness = new Harness();

const fs = () => harness.sprite().fs;

it("files are written, read, listed, moved, copied and removed", async () => {
  const files = fs();
  await files.write("/a/b.txt", "héllo", { mode: 0o600 });
  await files.write("/a/bytes", Buffer.from([0, 255]));
  expect(await files.readText("/a/b.txt")).toBe("héllo");
  expect(await files.read("/a/bytes")).toEqual(Buffer.from([0, 255]));
  expect(await files.list("/a")).toMatchObject([
    { name: "b.txt", isDirectory: false, size: 6, mode: "0600" },
    { name: "bytes" },
  ]);
  await files.rename("/a/b.txt", "/a/c.txt");
  await files.copy("/a", "/z", { recursive: true });
  await files.chmod("/z/c.txt", 0o644);
  expect(await files.stat("/z/c.txt")).toMatchObject({ mode: "0644" });
  await files.chmod("/z", 0o700, { recursive: true });
  expect(await files.stat("/z/c.txt")).toMatchObject({ mode: "0700" });
  await files.chmod("/z/c.txt", 0o644);
  expect((await files.at("/z").list()).map(({ name, mode }) => [name, mode])).toContainEqual([
    "c.txt",
    "0644",
  ]);
  await files.remove("/z", { recursive: true });
  expect(await rejection(files.list("/z"))).toMatchObject({
    name: "ApiError",
    status: 404,
    code: "ENOENT",
  });
});

it("files have relative paths that start where they are told to", async () => {
  const files = fs();
  await files.at("/project").write("x", "1");
  expect(await files.readText("/project/x")).toBe("1");
  await files.at("/project").at("src").write("y", "2");
  expect(await files.readText("/project/src/y")).toBe("2");
});

it("files that are not there are an ApiError with the system's code", async () => {
  expect(await rejection(fs().read("/no"))).toMatchObject({
    name: "ApiError",
    code: "ENOENT",
    body: { path: "/no" },
  });
});

describe.each<[string, Faults]>([
  ["that lists a file as its own only entry", {}],
  ["that refuses to list a file", { listRefusesFiles: true }],
])("on a server %s", (_which, faults) => {
  const files = () => harness.sprite(faults).fs;

  it("stat tells of files, of directories full and empty, and of the root", async () => {
    const fs = files();
    await fs.write("/a/a", "12345", { mode: 0o640 });
    await fs.mkdir("/empty");
    expect(await fs.stat("/a/a")).toMatchObject({ name: "a", isDirectory: false, size: 5, mode: "0640" });
    expect(await fs.stat("/a")).toMatchObject({ name: "a", isDirectory: true, path: "/a" });
    expect(await fs.stat("/empty/")).toMatchObject({ name: "empty", isDirectory: true });
    expect(await fs.at("/a").stat("../a/./a")).toMatchObject({ size: 5, modifiedAt: expect.any(Date) });
    expect(await fs.stat("/")).toMatchObject({ name: "/", isDirectory: true });
    expect(await fs.stat("..")).toMatchObject({ name: "/" });
  });

  it("what is not there does not exist, be its directory missing or a file of the same name", async () => {
    const fs = files();
    await fs.write("/d/x", "1");
    expect(await fs.exists("/d/x")).toBe(true);
    expect(await fs.exists("/d")).toBe(true);
    for (const path of ["/d/y", "/no/where", "/d/x/x", "/d/x/y"]) expect(await fs.exists(path)).toBe(false);
    expect(await rejection(fs.stat("/d/y"))).toMatchObject({ name: "ApiError", code: "ENOENT" });
    expect(await rejection(fs.stat("/d/x/x"))).toMatchObject({
      code: expect.stringMatching(/^ENO(ENT|TDIR)$/),
    });
  });

  it("mkdir makes one directory, or all on the way, and leaves nothing in it", async () => {
    const fs = files();
    await fs.mkdir("/one", { mode: 0o700 });
    expect(await fs.stat("/one")).toMatchObject({ isDirectory: true, mode: "0700" });
    expect(await fs.list("/one")).toEqual([]);
    expect(await rejection(fs.mkdir("/two/three"))).toMatchObject({ code: "ENOENT" });
    await fs.mkdir("/two/three", { recursive: true });
    expect((await fs.list("/two")).map(({ name }) => name)).toEqual(["three"]);
    await fs.write("/two/file", "kept");
    await fs.mkdir("/two", { recursive: true });
    expect(await fs.readText("/two/file")).toBe("kept");
    expect(await rejection(fs.mkdir("/two"))).toMatchObject({ name: "ApiError", code: "EEXIST" });
    for (const options of [{}, { recursive: true }])
      expect(await rejection(fs.mkdir("/two/file", options))).toMatchObject({ code: "EEXIST" });
    await fs.at("/two").mkdir("four");
    expect(await fs.exists("/two/four")).toBe(true);
  });

  it("touch makes a file, or leaves what it holds and how it may be used", async () => {
    const fs = files();
    await fs.touch("/t/new", { mode: 0o600 });
    expect(await fs.stat("/t/new")).toMatchObject({ size: 0, mode: "0600" });
    await fs.write("/t/full", Buffer.from([0, 255, 10]), { mode: 0o750 });
    await fs.touch("/t/full");
    expect(await fs.read("/t/full")).toEqual(Buffer.from([0, 255, 10]));
    expect(await fs.stat("/t/full")).toMatchObject({ mode: "0750" });
    expect(await rejection(fs.touch("/t/full", { exclusive: true }))).toMatchObject({ code: "EEXIST" });
    await fs.touch("/t");
    expect((await fs.list("/t")).map(({ name }) => name)).toEqual(["full", "new"]);
  });
});

it("removing by force passes over what is not there, and over nothing else", async () => {
  const { fs } = harness.sprite();
  await fs.remove("/gone", { force: true });
  await fs.write("/full/x", "1");
  expect(await rejection(fs.remove("/full", { force: true }))).toMatchObject({
    name: "ApiError",
    status: 400,
  });
  await fs.remove("/full", { force: true, recursive: true });
  expect(await fs.exists("/full")).toBe(false);
});

it("a sandbox that is not there, or a server that fails, is not taken for an absent file", async () => {
  const nobody = harness.client().attach("nobody").fs;
  expect(await rejection(nobody.exists("/x"))).toMatchObject({ errorCode: "sprite_not_found" });
  expect(await rejection(nobody.remove("/x", { force: true }))).toMatchObject({ status: 404 });
  const broken = harness.sprite({ rest: { status: 500, body: { error: "disk", code: "EIO" } } }).fs;
  expect(await rejection(broken.exists("/x"))).toMatchObject({ code: "EIO" });
  expect(await rejection(broken.mkdir("/x"))).toMatchObject({ code: "EIO" });
});

it("a plain 404 without any code is an absent file", async () => {
  const { fs } = harness.sprite({ rest: { status: 404, body: "no such file" } });
  expect(await fs.exists("/x/y")).toBe(false);
});

it("mkdir cleans up after itself though its caller has gone", async () => {
  const stop = new AbortController();
  const sandbox = harness.sprite();
  const { fs } = harness
    .client({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (init?.method === "PUT") stop.abort(new Error("enough"));
        return response;
      },
    })
    .attach(sandbox.spriteId);
  await rejection(fs.mkdir("/made", { signal: stop.signal, mode: 0o755 }));
  await until(async () => (await sandbox.fs.list("/made")).length === 0);
});

it("no path and no content is on the spans of files; with content on, a refusal may name the path", async () => {
  const telemetry = new Telemetry();
  const sprite = harness.sprite({}, { tracerProvider: telemetry.tracerProvider });
  const { fs } = sprite;
  await fs.mkdir("/MARK-dir");
  await fs.touch("/MARK-dir/MARK-file");
  await fs.write("/MARK-dir/MARK-file", "MARK-content");
  await fs.touch("/MARK-dir/MARK-file");
  await fs.chmod("/MARK-dir", 0o755, { recursive: true });
  await fs.rename("/MARK-dir", "/MARK-other");
  const refused = await rejection(fs.read("/MARK-none"));
  await rejection(fs.rename("/MARK-none", "/MARK-such"));
  expect(refused.message).toContain("MARK-none");
  const operations = telemetry.spans.map(({ name }) => name.replace("/v1/sprites/{name}/fs/", ""));
  expect(new Set(operations)).toEqual(
    new Set(["GET list", "PUT write", "DELETE delete", "GET read", "POST chmod", "POST rename"]),
  );
  const told = () =>
    JSON.stringify(telemetry.spans.map(({ attributes, status, events }) => [attributes, status, events]));
  expect(told()).not.toContain("MARK");
  expect(telemetry.spans.at(-1)).toMatchObject({
    attributes: { "error.type": "404" },
    status: { message: "API error (ENOENT)" },
    events: [{ attributes: { "exception.message": "API error (ENOENT)", "exception.type": "ApiError" } }],
  });
  const open = harness.client({ tracerProvider: telemetry.tracerProvider, captureContent: true });
  await rejection(open.attach(sprite.spriteId).fs.read("/MARK-none"));
  expect(told()).toContain("MARK-none");
  expect(told()).not.toContain("MARK-content");
});
