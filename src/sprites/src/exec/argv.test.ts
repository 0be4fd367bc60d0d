import { describe, expect, it } from "vitest";
import { ExecutionError } from "../errors.js";
import { checkEnv, toCommand } from "./argv.js";

const shell = (text: string) => ({ args: ["/bin/sh", "-c", text], shell: true });

describe("a string", () => {
  it.each([
    ["echo test", ["echo", "test"]],
    ["  ls   -la\t/tmp ", ["ls", "-la", "/tmp"]],
    ["ping google.com -c 10", ["ping", "google.com", "-c", "10"]],
    ["env KEY=value", ["env", "KEY=value"]],
    ["echo a\u00a0b\u2003c", ["echo", "a\u00a0b\u2003c"]],
    ["git log --format=%H", ["git", "log", "--format=%H"]],
  ])("without shell syntax is split on blanks: %s", (text, args) => {
    expect(toCommand(text)).toEqual({ args, shell: false });
  });

  it.each([..."|><;&$`(){}*?[]'\"\\~#"])("with %s in it goes to the shell as it is", (sign) => {
    expect(toCommand(`echo a${sign}b`)).toEqual(shell(`echo a${sign}b`));
  });

  it.each(["echo a\necho b", "A=1 env", "  A=1 env", "_x9=1"])(
    "that only a shell understands goes there: %j",
    (text) => {
      expect(toCommand(text)).toEqual(shell(text));
    },
  );

  it("keeps its blanks when it goes to the shell", () => {
    expect(toCommand("  echo 'a  b' ").args[2]).toBe("  echo 'a  b' ");
  });
});

describe("an array", () => {
  it("is taken as it is, shell syntax and empty arguments included", () => {
    expect(toCommand(["echo", "a | b", "", "$HOME"])).toEqual({
      args: ["echo", "a | b", "", "$HOME"],
      shell: false,
    });
  });

  it("is copied: the caller may go on using theirs", () => {
    const mine = ["echo"];
    const { args } = toCommand(mine);
    mine.push("later");
    expect(args).toEqual(["echo"]);
  });
});

it.each([[[]], [""], [" \t\n"], [["", "x"]]])("an empty command is refused: %j", (cmd) => {
  expect(() => toCommand(cmd)).toThrow(
    expect.objectContaining({ name: "ExecutionError", errorCode: "INVALID_STATE" }),
  );
});

it.each([["a\0b"], [["echo", "\0"]]])("NUL is refused: %j", (cmd) => {
  expect(() => toCommand(cmd)).toThrow(ExecutionError);
});

describe("an environment", () => {
  it.each<Record<string, string>>([{ A: "1" }, { "a.b-c": "" }, { A: "x=y" }])("takes %j", (env) => {
    expect(() => checkEnv(env)).not.toThrow();
  });

  it.each<Record<string, string>>([{ "": "x" }, { "A=B": "x" }, { "A\0": "x" }, { A: "secret\0" }])(
    "refuses %j",
    (env) => {
      expect(() => checkEnv(env)).toThrow(ExecutionError);
    },
  );

  it("does not repeat the value in the error", () => {
    expect(() => checkEnv({ A: "secret\0" })).not.toThrow(/secret/);
  });
});
