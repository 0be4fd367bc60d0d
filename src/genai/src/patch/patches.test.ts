import { describe, expect, it } from "vitest";
import { followGetting, isPatched, Patches } from "./patches.js";

class Library {
  greet(name: string): string {
    return `hello ${name}`;
  }
}

const original = Object.getOwnPropertyDescriptor(Library.prototype, "greet");
const louder = (greet: (this: unknown, ...args: unknown[]) => unknown) =>
  function (this: unknown, ...args: unknown[]) {
    return `${String(greet.apply(this, args))}!`;
  };

it("replaces a method, looks like it, and restores the identical property", () => {
  const patches = new Patches();
  expect(patches.add(Library.prototype, "greet", louder)).toBe(true);
  expect(new Library().greet("you")).toBe("hello you!");
  expect([Library.prototype.greet.name, Library.prototype.greet.length]).toEqual(["greet", 1]);
  expect(isPatched(Library.prototype.greet)).toBe(true);
  patches.restore();
  expect(Object.getOwnPropertyDescriptor(Library.prototype, "greet")).toEqual(original);
  expect(Library.prototype.greet).toBe(original?.value);
  patches.apply();
  expect(new Library().greet("you")).toBe("hello you!");
  patches.restore();
});

it("does not patch what another instrumentation of the kit has patched", () => {
  const [first, second] = [new Patches(), new Patches()];
  first.add(Library.prototype, "greet", louder);
  expect(second.add(Library.prototype, "greet", louder)).toBe(false);
  expect(new Library().greet("you")).toBe("hello you!");
  second.restore();
  first.restore();
});

it("takes over what another instrumentation of the kit had patched, and back", () => {
  const quieter = (greet: (this: unknown, ...args: unknown[]) => unknown) =>
    function (this: unknown, ...args: unknown[]) {
      return `${String(greet.apply(this, args))}.`;
    };
  const [first, second] = [new Patches(), new Patches()];
  first.add(Library.prototype, "greet", louder);
  second.add(Library.prototype, "greet", quieter);
  second.add(Library.prototype, "greet", quieter);
  first.restore();
  expect(new Library().greet("you")).toBe("hello you.");
  first.apply();
  expect(new Library().greet("you")).toBe("hello you.");
  second.restore();
  expect(new Library().greet("you")).toBe("hello you!");
  first.restore();
  expect(Library.prototype.greet).toBe(original?.value);
  second.apply();
  expect(new Library().greet("you")).toBe("hello you.");
  second.restore();
  expect(Object.getOwnPropertyDescriptor(Library.prototype, "greet")).toEqual(original);
});

it("does not patch again what somebody wrapped after it, but what was put back", () => {
  const patches = new Patches();
  patches.add(Library.prototype, "greet", louder);
  const ours = Library.prototype.greet;
  Library.prototype.greet = function (name) {
    return `(${ours.call(this, name)})`;
  };
  expect(patches.add(Library.prototype, "greet", louder)).toBe(false);
  expect(new Library().greet("you")).toBe("(hello you!)");
  Object.defineProperty(Library.prototype, "greet", original ?? {});
  expect(patches.add(Library.prototype, "greet", louder)).toBe(true);
  expect(new Library().greet("you")).toBe("hello you!");
  patches.restore();
});

it("leaves alone what somebody wrapped after it", () => {
  const patches = new Patches();
  patches.add(Library.prototype, "greet", louder);
  const theirs = () => "theirs";
  Library.prototype.greet = theirs;
  patches.restore();
  expect(Library.prototype.greet).toBe(theirs);
  Object.defineProperty(Library.prototype, "greet", original ?? {});
});

it.each([
  ["a missing holder", undefined, "greet"],
  ["a missing method", Library.prototype, "shout"],
  ["what is no function", { greet: 1 }, "greet"],
  ["what cannot be replaced", Object.freeze({ greet: () => 1 }), "greet"],
])("passes over %s", (_, holder, key) => {
  expect(new Patches().add(holder, key, louder)).toBe(false);
});

it("replaces a method that a class inherits for that class alone, and leaves no trace", () => {
  class Own extends Library {}
  class Other extends Library {}
  const patches = new Patches();
  expect(patches.add(Own.prototype, "greet", louder)).toBe(false);
  expect(patches.add(Own.prototype, "greet", louder, "inherited")).toBe(true);
  expect(patches.add(Own.prototype, "nothing", louder, "inherited")).toBe(false);
  expect([new Own().greet("you"), new Other().greet("you")]).toEqual(["hello you!", "hello you"]);
  expect([Own.prototype.greet.name, Own.prototype.greet.length]).toEqual(["greet", 1]);
  patches.restore();
  expect(Object.hasOwn(Own.prototype, "greet")).toBe(false);
  patches.apply();
  expect(new Own().greet("you")).toBe("hello you!");
  patches.restore();
});

describe("a method that constructors assign", () => {
  class Client {
    declare greet: (name: string) => string;
    constructor() {
      this.greet = (name) => `hello ${name}`;
    }
  }
  const place = "assigned";

  it("is replaced in every new instance, which looks the same", () => {
    const bare = Object.getOwnPropertyDescriptor(new Client(), "greet");
    const patches = new Patches();
    expect(patches.add(Client.prototype, "greet", louder, place)).toBe(true);
    const client = new Client();
    expect(client.greet("you")).toBe("hello you!");
    expect(Object.getOwnPropertyDescriptor(client, "greet")).toEqual({ ...bare, value: client.greet });
    expect([client.greet.name, client.greet.length]).toEqual([bare?.value.name, 1]);
    client.greet = () => "mine";
    expect(client.greet("you")).toBe("mine");
    patches.restore();
    expect(Object.getOwnPropertyNames(Client.prototype)).toEqual(["constructor"]);
    expect(new Client().greet("you")).toBe("hello you");
    patches.apply();
    expect(new Client().greet("you")).toBe("hello you!");
    patches.restore();
  });

  it("is replaced once, by whichever instrumentation is enabled", () => {
    const [first, second] = [new Patches(), new Patches()];
    first.add(Client.prototype, "greet", louder, place);
    expect(second.add(Client.prototype, "greet", louder, place)).toBe(false);
    expect(new Client().greet("you")).toBe("hello you!");
    first.restore();
    expect(new Client().greet("you")).toBe("hello you!");
    second.restore();
    expect(new Client().greet("you")).toBe("hello you");
  });

  it("is left alone where the prototype has something else of that name", () => {
    class Other {
      get greet() {
        return () => "hi";
      }
    }
    const patches = new Patches();
    expect(patches.add(Other.prototype, "greet", louder, place)).toBe(false);
    expect(new Other().greet()).toBe("hi");
  });
});

it("leaves a method alone that somebody made an accessor of", () => {
  class Sdk {
    #greet = (name: string) => `hello ${name}`;
    get greet() {
      return this.#greet;
    }
    set greet(greet) {
      this.#greet = greet;
    }
  }
  const patches = new Patches();
  for (const place of ["own", "inherited", "assigned"] as const)
    expect(patches.add(Sdk.prototype, "greet", louder, place)).toBe(false);
  expect(new Sdk().greet("you")).toBe("hello you");
});

it("replaces a getter, and leaves one alone where a method is looked for", () => {
  const given = { greet: () => "hi" };
  class Holder {
    get greeter() {
      return given;
    }
    set greeter(_: object) {
      throw new Error("read-only");
    }
  }
  const bare = Object.getOwnPropertyDescriptor(Holder.prototype, "greeter");
  const found: unknown[] = [];
  const patches = new Patches();
  const follow = (get: (this: unknown) => unknown) => followGetting(get, (each) => found.push(each));
  expect(patches.add(Holder.prototype, "greeter", louder)).toBe(false);
  expect(patches.add(Holder.prototype, "greeter", louder, "assigned")).toBe(false);
  expect(patches.add(Holder.prototype, "greeter", follow, "read")).toBe(true);
  const holder = new Holder();
  expect([holder.greeter, holder.greeter, new Holder().greeter]).toEqual([given, given, given]);
  expect(found).toEqual([given]);
  patches.restore();
  expect(Object.getOwnPropertyDescriptor(Holder.prototype, "greeter")).toEqual(bare);
});
