import { describe, expect, it } from "vitest";
import { attachUrl, type ExecRequest, execUrl } from "./exec-url.js";

const BASE = "wss://api.sprites.dev";
const USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const TRACE = { TRACEPARENT: "00-1-2-01", TRACESTATE: "a=b" };

function query(request: Partial<ExecRequest>, trace?: Record<string, string>): [string, string][] {
  const url = execUrl(BASE, "box", { args: ["ls"], tty: false, ...request }, trace);
  return [...new URL(url).searchParams];
}

it("puts every part into the query, encoded, in the order given", () => {
  const url = execUrl(BASE, "box", {
    args: ["/bin/sh", "-c", "echo hi & a=b"],
    cwd: "/srv/ä",
    env: { A: "1", PATH: "/bin" },
    tty: false,
    maxRunAfterDisconnect: "5m",
  });
  expect(url).toBe(
    `${BASE}/v1/sprites/box/exec?cmd=%2Fbin%2Fsh&cmd=-c&cmd=echo+hi+%26+a%3Db&path=%2Fbin%2Fsh&dir=%2Fsrv%2F%C3%A4&env=A%3D1&env=PATH%3D%2Fbin&stdin=true&max_run_after_disconnect=5m`,
  );
});

it("sends only what was asked for, and stdin always", () => {
  expect(query({})).toEqual([
    ["cmd", "ls"],
    ["path", "ls"],
    ["stdin", "true"],
  ]);
});

it("sends the size of a terminal with a terminal only", () => {
  const size = (found: [string, string][]) =>
    found.filter(([name]) => ["tty", "cols", "rows"].includes(name));
  expect(size(query({ tty: true, windowSize: [120, 40] }))).toEqual([
    ["tty", "true"],
    ["cols", "120"],
    ["rows", "40"],
  ]);
  expect(size(query({ tty: true }))).toEqual([["tty", "true"]]);
  expect(size(query({ tty: false, windowSize: [120, 40] }))).toEqual([]);
});

it("encodes the name of the sprite and the id of a session", () => {
  expect(execUrl(BASE, "a/b ?", { args: ["ls"], tty: false })).toContain("/v1/sprites/a%2Fb%20%3F/exec?");
  expect(attachUrl(BASE, "a/b", "1/2")).toBe(`${BASE}/v1/sprites/a%2Fb/exec/1%2F2?stdin=true`);
});

it.each(["", ".", ".."])("refuses %j as a name: it would lead to another resource", (name) => {
  expect(() => execUrl(BASE, name, { args: ["ls"], tty: false })).toThrow("is no name");
});

describe("an environment", () => {
  const env = (request: Partial<ExecRequest>, trace?: Record<string, string>) =>
    query(request, trace).flatMap(([name, value]) => (name === "env" ? [value] : []));

  it("replaces everything on the server, so a missing PATH is filled in", () => {
    expect(env({ env: { A: "1" } })).toEqual(["A=1", `PATH=${USUAL_PATH}`]);
  });

  it("keeps the caller's PATH, and sends none for an empty one", () => {
    expect(env({ env: { PATH: "/opt" } })).toEqual(["PATH=/opt"]);
    expect(env({ env: { A: "1", PATH: "" } })).toEqual(["A=1"]);
  });

  it("gets a TERM with a terminal, unless the caller has one", () => {
    expect(env({ tty: true, env: { PATH: "/b" } })).toEqual(["PATH=/b", "TERM=xterm-256color"]);
    expect(env({ tty: true, env: { PATH: "/b", TERM: "vt100" } })).toEqual(["PATH=/b", "TERM=vt100"]);
    expect(env({ tty: true })).toEqual([]);
  });

  it("that is empty is none", () => {
    expect(env({ env: {} })).toEqual([]);
  });
});

describe("the trace context", () => {
  const parts = (name: string, request: Partial<ExecRequest>) =>
    query(request, TRACE).flatMap(([key, value]) => (key === name ? [value] : []));

  it("joins the caller's environment, whose own values win", () => {
    expect(parts("env", { env: { TRACESTATE: "mine", PATH: "/b" } })).toEqual([
      "TRACEPARENT=00-1-2-01",
      "TRACESTATE=mine",
      "PATH=/b",
    ]);
  });

  it("goes through the program env when the caller has no environment", () => {
    expect(parts("cmd", { args: ["ls", "-l"] })).toEqual([
      "env",
      "TRACEPARENT=00-1-2-01",
      "TRACESTATE=a=b",
      "ls",
      "-l",
    ]);
    expect(parts("path", { args: ["ls", "-l"] })).toEqual(["env"]);
    expect(parts("env", {})).toEqual([]);
  });

  it("stays out when env would take the program for an assignment", () => {
    expect(parts("cmd", { args: ["./a=b"] })).toEqual(["./a=b"]);
  });
});
