import { describe, expect, it } from "vitest";
import type { Call } from "../adapter/operation.js";
import { clientOf, resourceMethods } from "./resources.js";

const call: Call = { request: () => ({ operation: "chat" }) };

class Jobs {
  run() {}
}

class Chats {
  readonly jobs = new Jobs();
  readonly client: object;
  constructor(client: object) {
    this.client = client;
  }
  create() {}
}

class Beta {
  readonly chats = new Chats({});
}

class Acme {
  static readonly Chats = Chats;
  static readonly Beta = Beta;
  constructor() {
    throw new Error("no key");
  }
}

const TABLE = {
  Chats: { create: call },
  "Chats.jobs": { run: call },
  "Beta.chats.jobs": { run: call },
};

describe("methods of resources", () => {
  it.each([
    ["the module", { Acme }],
    ["a module with one export", { default: Acme }],
    ["the client's class", Acme],
    ["a module of resources alone", { Chats, Beta }],
  ])("are found in %s, without a client", (_, exports) => {
    expect(resourceMethods(exports, "Acme", TABLE)).toEqual([
      { on: Chats.prototype, method: "create", call },
      { on: Jobs.prototype, method: "run", call },
      { on: Jobs.prototype, method: "run", call },
      { on: undefined, method: "post", requests: new Map() },
    ]);
  });

  it("come with the client's own post(), wherever it is inherited from, and the calls that have a path", () => {
    class Base {
      post() {}
    }
    class Client extends Base {
      static readonly Chats = Chats;
    }
    const posted = { ...call, path: "/chats" };
    expect(resourceMethods(Client, "Acme", { Chats: { create: posted, remove: call } })).toContainEqual({
      on: Base.prototype,
      method: "post",
      requests: new Map([["/chats", posted]]),
    });
  });

  it("of a version that lacks the resource, or what holds it, are told as missing", () => {
    const missing = {
      Files: { create: call },
      "Files.parts": { add: call },
      "Chats.drafts.parts": { add: call },
    };
    for (const { on } of resourceMethods({ Acme }, "Acme", missing)) expect(on).toBeUndefined();
  });

  it("may depend on the client's class", () => {
    const asked: unknown[] = [];
    resourceMethods({ Acme }, "Acme", (client) => {
      asked.push(client);
      return {};
    });
    expect(asked).toEqual([Acme]);
  });
});

it("finds the client behind a resource, and takes anything else for the client itself", () => {
  const client = { baseURL: "https://api.example.org" };
  for (const receiver of [{ _client: client }, client]) expect(clientOf(receiver)).toBe(client);
  for (const none of [null, undefined]) expect(clientOf(none)).toBe(none);
});
