import { expect, it } from "vitest";
import { ValidationError } from "./errors.js";
import { deriveUrls } from "./urls.js";

it.each([
  ["http://localhost:8080", "http://localhost:8080", "ws://localhost:8080/", "localhost", 8080],
  ["ws://localhost:8080", "http://localhost:8080", "ws://localhost:8080/", "localhost", 8080],
  ["https://loop.example", "https://loop.example", "wss://loop.example/", "loop.example", 443],
  ["wss://loop.example/", "https://loop.example", "wss://loop.example/", "loop.example", 443],
  ["http://h/base/path//", "http://h/base/path", "ws://h/base/path/", "h", 80],
  ["ws://h:9/base", "http://h:9/base", "ws://h:9/base/", "h", 9],
  ["http://[::1]:8080", "http://[::1]:8080", "ws://[::1]:8080/", "::1", 8080],
])("derives both URLs from %s", (serverUrl, http, socket, address, port) => {
  expect(deriveUrls(serverUrl)).toEqual({ http, socket, address, port });
});

it("takes the socket of a two-port server from its own URL", () => {
  expect(deriveUrls("http://h:8081", "ws://h:8080")).toMatchObject({
    http: "http://h:8081",
    socket: "ws://h:8080/",
  });
});

it.each(["localhost:8080", "ftp://h", "http://h/?a=1", "http://h/#x", "", 7, "http://user:secret@h"])(
  "refuses %s as a server URL and does not repeat it",
  (serverUrl) => {
    const refused = () => deriveUrls(serverUrl);
    expect(refused).toThrow(ValidationError);
    expect(refused).toThrow(/^serverUrl: /);
    expect(refused).not.toThrow(/secret/);
  },
);
