import { inspect } from "node:util";
import { AuthenticationError, SpritesClient, SpritesError } from "@kit/sprites";
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => void vi.unstubAllEnvs());

const token = "tok-1234";

describe("the endpoint", () => {
  it("is the public service by default", () => {
    vi.stubEnv("SPRITES_ENDPOINT", undefined);
    expect(new SpritesClient({ token }).endpoint).toBe("https://api.sprites.dev");
  });

  it("comes from the environment, and the option wins", () => {
    vi.stubEnv("SPRITES_ENDPOINT", "https://env.example/");
    expect(new SpritesClient({ token }).endpoint).toBe("https://env.example");
    expect(new SpritesClient({ token, endpoint: "http://mine:81/base//" }).endpoint).toBe(
      "http://mine:81/base",
    );
  });

  it.each(["ftp://host", "ws://host", "host", "file:///x", "https://u:p@host", "https://host/?q=1"])(
    "cannot be %s",
    (endpoint) => {
      expect(() => new SpritesClient({ token, endpoint })).toThrow(SpritesError);
    },
  );

  it("with credentials in it is not repeated in the error", () => {
    expect(() => new SpritesClient({ token, endpoint: "https://u:pw@host" })).not.toThrow(/pw/);
  });
});

describe("the token", () => {
  it.each([undefined, "", "  "])("must be there: %j", (none) => {
    vi.stubEnv("SPRITES_TOKEN", none);
    expect(() => new SpritesClient({ endpoint: "http://host" })).toThrow(AuthenticationError);
  });

  it("comes from the environment", () => {
    vi.stubEnv("SPRITES_TOKEN", "env-token\n");
    expect(() => new SpritesClient()).not.toThrow();
  });

  it("that no header can carry is refused without being shown", () => {
    expect(() => new SpritesClient({ token: "se\ncret" })).toThrow(AuthenticationError);
    expect(() => new SpritesClient({ token: "se\ncret" })).not.toThrow(/cret/);
  });

  it("shows neither in inspect nor in JSON", () => {
    const client = new SpritesClient({ token });
    const sprite = client.attach("box");
    const shown = [client, sprite, sprite.exec("ls"), sprite.fs, sprite.sessions].map(
      (value) => inspect(value, { depth: 9, showHidden: true }) + JSON.stringify(value),
    );
    expect(shown.join()).not.toContain(token);
  });
});

it.each(["timeout", "connectTimeout", "checkpointTimeout", "pingInterval"])("refuses a %s of 0", (option) => {
  expect(() => new SpritesClient({ token, [option]: 0 })).toThrow(RangeError);
});

it("attaches without any I/O and keeps the id as given", () => {
  const client = new SpritesClient({ token, endpoint: "http://127.0.0.1:1" });
  const sprite = client.attach("a/b");
  expect(sprite.spriteId).toBe("a/b");
  expect(sprite.client).toBe(client);
  expect(() => client.attach("")).toThrow(SpritesError);
});

describe("an answer that refuses", () => {
  it("is read no further than an error can hold", async () => {
    let sent = 0;
    const left = vi.fn();
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(new Uint8Array(16 * 1024).fill(120));
        sent += 16;
      },
      cancel: left,
    });
    const fetch = async () => new Response(body, { status: 500 });
    const client = new SpritesClient({ token, endpoint: "http://host", fetch });
    await expect(client.getSprite("box")).rejects.toMatchObject({ status: 500 });
    expect(left).toHaveBeenCalledOnce();
    expect(sent).toBeLessThanOrEqual(128);
  });
});
