import { expect, it } from "vitest";
import { baseUrlOf, type Client, readErrorCode } from "./client.js";

const region = async () => "eu-west-1";
const rules = {
  endpointProvider: (given: object) => ({ url: new URL(`https://${Object.values(given).join("-")}.aws`) }),
};
const configured = { ...rules, region, serviceConfiguredEndpoint: async () => "http://gateway:1" };
const learned = async (client: Client) => {
  expect(baseUrlOf(client)).toBeUndefined();
  await new Promise(setImmediate);
  return baseUrlOf(client);
};

it.each<[string, Client["config"], string | undefined]>([
  [
    "the application",
    { ...configured, endpoint: async () => ({ protocol: "http:", hostname: "h", port: 2 }) },
    "http://h:2",
  ],
  [
    "the application, without a port",
    { endpoint: async () => ({ protocol: "https:", hostname: "h" }) },
    "https://h",
  ],
  ["the environment", configured, "http://gateway:1"],
  [
    "its region, if the environment is to be ignored",
    { ...configured, ignoreConfiguredEndpointUrls: true },
    "https://eu-west-1--.aws/",
  ],
  [
    "its region and what kind of host it wants",
    {
      ...rules,
      region,
      serviceConfiguredEndpoint: async () => undefined,
      useFipsEndpoint: async () => true,
      useDualstackEndpoint: async () => false,
    },
    "https://eu-west-1-true-false.aws/",
  ],
  ["nothing", {}, undefined],
  ["nothing at all", undefined, undefined],
])("learns the server of a client that has it from %s", async (_, config, url) => {
  expect(await learned({ config } as Client)).toBe(url);
});

it("asks again after it could not learn the server", async () => {
  let asked = 0;
  const once = async () => {
    asked += 1;
    if (asked === 1) throw new Error("Region is missing");
    return { protocol: "https:", hostname: "h" };
  };
  const client = { config: { endpoint: once } };
  expect(await learned(client)).toBeUndefined();
  await new Promise(setImmediate);
  expect(baseUrlOf(client)).toBe("https://h");
  expect(asked).toBe(2);
});

it("finds the status of an error where AWS keeps it", () => {
  expect(readErrorCode({ $metadata: { httpStatusCode: 400 } })).toBe("400");
  expect(readErrorCode({ $metadata: {} })).toBeUndefined();
  expect(readErrorCode({ $metadata: { httpStatusCode: 200 } })).toBeUndefined();
  expect(readErrorCode(new Error("no"))).toBeUndefined();
});
