import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/temporary-folder.js";
import { KrytenValidationError } from "../errors.js";
import { KrytenConfig, type KrytenConfigInput } from "./config.js";
import { toConnectionOptions } from "./nats-options.js";

const MINIMAL = {
  nats: { servers: ["nats://localhost:4222"] },
  channels: [{ domain: "cytu.be", channel: "lounge" }],
};

function make(extra: object): KrytenConfig {
  return new KrytenConfig({ ...MINIMAL, ...extra } as KrytenConfigInput);
}

describe("defaults", () => {
  it("hold when only servers and channels are given", () => {
    expect({ ...new KrytenConfig(MINIMAL) }).toEqual({
      nats: {
        servers: ["nats://localhost:4222"],
        connectTimeout: 10,
        reconnectTimeWait: 2,
        pingInterval: 120,
        maxReconnectAttempts: -1,
        waitOnFirstConnect: false,
      },
      channels: [{ domain: "cytu.be", channel: "lounge" }],
      service: undefined,
      retryAttempts: 3,
      retryDelay: 1,
      handlerTimeout: 30,
      maxConcurrentHandlers: 1000,
      maxQueuedEvents: 100_000,
      logLevel: "INFO",
      chatMinDelay: 1,
      chatJitter: 0.5,
    });
  });

  it("of a service come from the section metrics where it says nothing", () => {
    const { service } = make({ service: { name: " My.Bot " }, metrics: { port: "8080", health_path: "/h" } });
    expect(service).toEqual({
      name: "my-bot",
      version: "1.0.0",
      enableLifecycle: true,
      enableHeartbeat: true,
      enableDiscovery: true,
      heartbeatInterval: 30,
      healthPort: 8080,
      healthPath: "/h",
      metricsPort: 8080,
      metricsPath: "/metrics",
    });
  });
});

describe("input", () => {
  it("may spell keys in snake_case or camelCase, and numbers and booleans as text", () => {
    const snake = make({
      nats: { servers: ["a"], connect_timeout: "7", tls_ca: "/ca", wait_on_first_connect: "yes" },
      service: { name: "s", enable_heartbeat: "off", heartbeat_interval: "5" },
      retry_attempts: "0",
      retry_delay: "0.1",
      log_level: "warning",
      unknown_key: 1,
    });
    const camel = make({
      nats: { servers: ["a"], connectTimeout: 7, tlsCa: "/ca", waitOnFirstConnect: true },
      service: { name: "s", enableHeartbeat: false, heartbeatInterval: 5 },
      retryAttempts: 0,
      retryDelay: 0.1,
      logLevel: "WARNING",
    });
    expect({ ...snake }).toEqual({ ...camel });
  });

  it("may be a configuration that was made before", () => {
    const config = make({ retryAttempts: 5 });
    expect({ ...new KrytenConfig(config as unknown as KrytenConfigInput) }).toEqual({ ...config });
  });

  it.each([
    ["retry_attempts", 0, -1],
    ["retry_attempts", 10, 11],
    ["retry_delay", 0.1, 0.09],
    ["handler_timeout", 1, 0.9],
    ["max_concurrent_handlers", 1, 0],
    ["chat_min_delay", 0, -0.1],
    ["chat_jitter", 0, -0.1],
  ])("has its limits for %s", (key, last, first) => {
    expect(() => make({ [key]: last })).not.toThrow();
    expect(() => make({ [key]: first })).toThrow(KrytenValidationError);
  });

  it.each([
    ["nats.servers", { nats: {} }],
    ["nats.servers", { nats: { servers: [] } }],
    ["nats.servers[1]", { nats: { servers: ["a", " "] } }],
    ["nats.password", { nats: { servers: ["a"], password: 1234 } }],
    ["nats.connect_timeout", { nats: { servers: ["a"], connect_timeout: 0 } }],
    ["nats.pingInterval", { nats: { servers: ["a"], pingInterval: 1.5 } }],
    ["nats.wait_on_first_connect", { nats: { servers: ["a"], wait_on_first_connect: "maybe" } }],
    ["channels", { channels: [] }],
    ["channels[0].domain", { channels: [{ domain: " ", channel: "x" }] }],
    ["channels[1].channel", { channels: [{ domain: "d", channel: "x" }, { domain: "d" }] }],
    ["service.name", { service: {} }],
    ["service.heartbeat_interval", { service: { name: "s", heartbeat_interval: 301 } }],
    ["metrics.port", { service: { name: "s" }, metrics: { port: 65_536 } }],
    ["metrics.port", { metrics: { port: "none" } }],
    ["metrics.healthPath", { metrics: { healthPath: 1 } }],
    ["log_level", { log_level: "LOUD" }],
    ["handler_timeout", { handler_timeout: "long" }],
  ])("is refused with the path %s", (path, extra) => {
    expect(() => make(extra)).toThrow(KrytenValidationError);
    expect(() => make(extra)).toThrow(path);
  });

  it("is never printed with its secrets", () => {
    const config = make({
      nats: { servers: ["nats://u:hidden1@h:1"], user: "u", password: "hidden2", token: "hidden3" },
    });
    expect(`${inspect(config)} ${JSON.stringify(config)}`).not.toMatch(/hidden/);
    expect(config.nats.password).toBe("hidden2");
  });

  it.each([
    "user:hidden@h:1",
    "nats://user:hid@hidden@h:1",
    "nats://user:hidden/hidden@h:1",
    "tls://hidden@h:1",
    "hidden@h",
  ])("is never printed with the secret of the address %s", (address) => {
    const config = make({ nats: { servers: [address] } });
    expect(`${inspect(config)} ${JSON.stringify(config)}`).not.toMatch(/hid/);
    expect(inspect(config)).toMatch(/'(\w+:\/\/)?h(:1)?'/);
  });
});

describe("files", () => {
  let directory: string;
  beforeAll(() => {
    directory = temporaryFolder();
  });

  function file(name: string, text: string): string {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  }

  const env = {
    NATS_USER: 'kry"ten: [x]\n',
    NATS_PASSWORD: "1234",
    NATS_URL: "nats://h:1",
    PI: "60",
    EMPTY: "",
    CHAN: "lounge",
    SELF: `\${NATS_USER}`,
  };

  const JSON_TEXT = `{
    "nats": {"servers": ["\${NATS_URL}"], "user": "\${NATS_USER}", "password": "\${NATS_PASSWORD}", "ping_interval": \${PI}},
    "channels": [{"domain": "cytu.be", "channel": "\${CHAN}-\${CHAN}"}]
  }`;
  const YAML_TEXT = [
    "nats:",
    `  servers: [\${NATS_URL}]`,
    `  user: \${NATS_USER}`,
    `  password: \${NATS_PASSWORD}`,
    `  ping_interval: \${PI} # not \${THIS}`,
    "channels:",
    `  - {domain: cytu.be, channel: \${CHAN}-\${CHAN}}`,
  ].join("\n");

  it("in JSON and YAML give the same, and values change nothing but themselves", () => {
    const warnings: string[] = [];
    const options = { env, warn: (message: string) => void warnings.push(message) };
    const fromJson = KrytenConfig.fromJson(file("a.json", JSON_TEXT), options);
    const fromYaml = KrytenConfig.fromYaml(file("a.yaml", YAML_TEXT), options);
    expect({ ...fromYaml }).toEqual({ ...fromJson });
    expect(fromJson.nats).toMatchObject({
      servers: ["nats://h:1"],
      user: env.NATS_USER,
      password: "1234",
      pingInterval: 60,
    });
    expect(fromJson.channels).toEqual([{ domain: "cytu.be", channel: "lounge-lounge" }]);
    expect(warnings).toEqual([]);
  });

  it("know where a JSON text ends that holds quotes and backslashes", () => {
    for (const version of ['a \\"b\\" c', 'a \\"', "a \\\\", '\\\\\\"']) {
      const text = JSON_TEXT.replace("{", `{"service": {"name": "s", "version": "${version}"},`);
      const config = KrytenConfig.fromJson(file("quotes.json", text), { env });
      expect(config.nats.pingInterval).toBe(60);
      expect(config.service?.version).toBe(JSON.parse(`"${version}"`));
    }
  });

  it("leave a missing variable as it is and warn once, or refuse it when strict", () => {
    const path = file(
      "b.json",
      `{"nats": {"servers": ["x"], "user": "\${NOPE}", "password": "\${NOPE}"}, "channels": [{"domain": "d", "channel": "c"}]}`,
    );
    const warnings: string[] = [];
    const config = KrytenConfig.fromJson(path, { env: {}, warn: (message) => void warnings.push(message) });
    expect(config.nats).toMatchObject({ user: `\${NOPE}`, password: `\${NOPE}` });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("NOPE");
    expect(() => KrytenConfig.fromJson(path, { env: {}, strict: true })).toThrow(KrytenValidationError);
  });

  it.each([
    ["an empty variable", `a\${EMPTY}b`, "ab"],
    ["an empty variable alone, which is no login", `\${EMPTY}`, undefined],
    ["a value that looks like a variable, which is not read again", `\${SELF}`, `\${NATS_USER}`],
    ["an escape", `$\${CHAN}`, `\${CHAN}`],
    ["a name without braces", "$CHAN", "$CHAN"],
    ["nothing between the braces", `\${}`, `\${}`],
    ["a default, which is none", `\${CHAN:-x}`, `\${CHAN:-x}`],
    ["text around it", `a\${CHAN}b`, "aloungeb"],
  ])("read %s", (_name, text, value) => {
    const path = file("c.json", JSON.stringify({ ...MINIMAL, nats: { servers: ["x"], user: text } }));
    expect(KrytenConfig.fromJson(path, { env, warn: () => {} }).nats.user).toBe(value);
  });

  it("that are missing or broken are refused, without quoting what they hold", () => {
    const missing = () => KrytenConfig.fromJson(join(directory, "nope.json"));
    expect(missing).toThrow(KrytenValidationError);
    expect(missing).toThrow(expect.objectContaining({ cause: expect.objectContaining({ code: "ENOENT" }) }));
    for (const read of [
      () => KrytenConfig.fromJson(file("d.json", '{"nats": {"password": "hidden" "x"}}')),
      () => KrytenConfig.fromYaml(file("d.yaml", "nats: {password: hidden\n  : ]")),
    ]) {
      const error = thrown(read);
      expect(error).toBeInstanceOf(KrytenValidationError);
      expect(inspect(error)).not.toContain("hidden");
    }
  });
});

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("connection options", () => {
  it("are in milliseconds and carry credentials, certificates and limits", () => {
    const nats = {
      servers: ["tls://h:1"],
      user: "u",
      password: "p",
      tls_cert: "/c",
      tls_key: "/k",
      tls_ca: "/a",
      max_reconnect_attempts: 0,
    };
    expect(toConnectionOptions(make({ nats }).nats, "bot")).toEqual({
      servers: ["tls://h:1"],
      name: "bot",
      user: "u",
      pass: "p",
      tls: { certFile: "/c", keyFile: "/k", caFile: "/a" },
      timeout: 10_000,
      reconnectTimeWait: 2000,
      pingInterval: 120_000,
      reconnect: false,
      maxReconnectAttempts: 0,
    });
  });

  it("take credentials out of an address, which the configuration's own outweigh", () => {
    const read = (nats: object) => toConnectionOptions(make({ nats }).nats, "bot");
    expect(read({ servers: ["nats://u:p%40ss@h:1"] })).toMatchObject({
      servers: ["nats://h:1"],
      user: "u",
      pass: "p@ss",
    });
    const h1 = ["nats://h:1"];
    expect(read({ servers: ["nats://u:a:b:c@h:1"] })).toMatchObject({
      servers: h1,
      user: "u",
      pass: "a:b:c",
    });
    expect(read({ servers: ["nats://u:p@ss/w@h:1"] })).toMatchObject({ servers: h1, pass: "p@ss/w" });
    expect(read({ servers: ["nats://u:100%@h:1"] })).toMatchObject({ servers: h1, user: "u", pass: "100%" });
    expect(read({ servers: ["u:p@h:1"] })).toMatchObject({ servers: ["h:1"], user: "u", pass: "p" });
    expect(read({ servers: ["nats://tok@h:1"] })).toMatchObject({ servers: ["nats://h:1"], token: "tok" });
    expect(read({ servers: ["nats://u:p@h:1"], token: "t" })).toMatchObject({ token: "t" });
    expect(read({ servers: ["nats://u:p@h:1"], token: "t" })).not.toHaveProperty("user");
  });

  it("send both kinds of login when both are set, and take an empty one for none", () => {
    const read = (nats: object) =>
      toConnectionOptions(make({ nats: { servers: ["h:1"], ...nats } }).nats, "bot");
    const both = { user: "u", password: "p", token: "t" };
    expect(read(both)).toMatchObject({ user: "u", pass: "p", token: "t" });
    const withoutToken = read({ ...both, token: "" });
    expect(withoutToken).toMatchObject({ user: "u", pass: "p" });
    expect(withoutToken).not.toHaveProperty("token");
    const empty = { user: "", password: "", token: "", tls_cert: "", tls_key: "", tls_ca: "" };
    expect(Object.keys(read(empty))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/user|pass|token|tls/)]),
    );
    expect(read({ ...empty, servers: ["nats://u:p@h:1"] })).toMatchObject({ user: "u", pass: "p" });
  });
});
