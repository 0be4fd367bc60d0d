import { expect, it } from "vitest";
import { readConfig } from "./config.js";

it("has the defaults that the README tells", () => {
  expect(readConfig({ token: "t" }, {})).toMatchObject({
    endpoint: "https://api.sprites.dev",
    socketEndpoint: "wss://api.sprites.dev",
    host: "api.sprites.dev",
    port: 443,
    timeout: 30_000,
    connectTimeout: 30_000,
    checkpointTimeout: 300_000,
    createTimeout: 120_000,
    pingInterval: 15_000,
    silenceLimit: 45_000,
    captureContent: false,
    propagateContext: false,
    nonZeroExitIsError: true,
  });
});

it.each([
  ["http://host", "ws://host", "host", 80],
  ["http://host:8080/", "ws://host:8080", "host", 8080],
  ["https://host/base//", "wss://host/base", "host", 443],
  ["HTTPS://Host:444", "wss://host:444", "host", 444],
  ["http://[::1]:9", "ws://[::1]:9", "::1", 9],
])("reaches commands of %s at %s", (endpoint, socketEndpoint, host, port) => {
  expect(readConfig({ token: "t", endpoint }, {})).toMatchObject({ socketEndpoint, host, port });
});

it("takes the environment where no option is given, blank ones included", () => {
  const env = { SPRITES_ENDPOINT: "http://env", SPRITES_TOKEN: " env \n" };
  expect(readConfig({}, env)).toMatchObject({ endpoint: "http://env", token: "env" });
  expect(readConfig({ endpoint: "", token: "" }, env)).toMatchObject({
    endpoint: "http://env",
    token: "env",
  });
  expect(readConfig({ endpoint: "http://mine", token: "mine" }, env)).toMatchObject({
    endpoint: "http://mine",
    token: "mine",
  });
});
