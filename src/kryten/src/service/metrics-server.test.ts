import { Server } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BaseMetricsServer, SimpleMetricsServer } from "./metrics-server.js";

const logger = { debug() {}, info() {}, warn() {}, error() {} };
let server: BaseMetricsServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function serve(
  started: BaseMetricsServer,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  server = started;
  await started.start();
  await started.start();
  return (path, init) => fetch(`http://127.0.0.1:${started.port}${path}`, init);
}

const common = { serviceName: "my-bot", port: 0, host: "127.0.0.1", logger };

it("survives errors that the system reports later, and logs them", async () => {
  const listen = vi.spyOn(Server.prototype, "listen");
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const get = await serve(new SimpleMetricsServer({ ...common, logger: { ...logger, warn } }));
  const [listening] = listen.mock.contexts as Server[];
  listen.mockRestore();
  const error = Object.assign(new Error("accept"), { code: "EMFILE" });
  for (const _ of [1, 2]) listening?.emit("error", error);
  expect(warnings).toEqual([
    "the metrics server had an error: EMFILE",
    "the metrics server had an error: EMFILE",
  ]);
  expect((await get("/metrics")).status).toBe(200);
});

describe("health", () => {
  it("is 200 while connected, with the details of the callback", async () => {
    const healthCallback = () => ({ queue: 3 });
    const get = await serve(
      new SimpleMetricsServer({ ...common, client: { isConnected: true }, healthCallback }),
    );
    const response = await get("/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      service: "my-bot",
      status: "healthy",
      uptime_seconds: expect.any(Number),
      nats_connected: true,
      queue: 3,
    });
  });

  it.each([
    ["without a connection", { client: { isConnected: false } }],
    ["without a client", {}],
    [
      "when the details say so",
      { client: { isConnected: true }, healthCallback: () => ({ status: "degraded" }) },
    ],
  ])("is 503 %s", async (_name, options) => {
    const get = await serve(new SimpleMetricsServer({ ...common, ...options }));
    const response = await get("/health");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: "degraded" });
  });

  it("names a callback that failed, and is 500 when the rest fails", async () => {
    const healthCallback = () => {
      throw new Error("no details");
    };
    const get = await serve(
      new SimpleMetricsServer({ ...common, client: { isConnected: true }, healthCallback }),
    );
    expect(await (await get("/health")).json()).toMatchObject({
      status: "healthy",
      custom_health_error: "no details",
    });
    await server?.stop();
    const client = {
      get isConnected(): boolean {
        throw new Error("no state");
      },
    };
    const failing = await serve(new SimpleMetricsServer({ ...common, client }));
    const response = await failing("/health");
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ status: "error", error: "no state" });
  });
});

describe("metrics", () => {
  it("are gauges under the service's name, then the lines of the callback", async () => {
    const metricsCallback = async () => ["my_bot_lines_total 5"];
    const get = await serve(
      new SimpleMetricsServer({ ...common, client: { isConnected: true }, metricsCallback }),
    );
    const response = await get("/metrics?x=1");
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4");
    const lines = (await response.text()).split("\n").filter((line) => !line.startsWith("#"));
    expect(lines).toEqual([
      expect.stringMatching(/^my_bot_uptime_seconds \d/),
      "my_bot_service_status 1",
      "my_bot_nats_connected 1",
      "my_bot_lines_total 5",
      "",
    ]);
  });

  it("stay readable when the callback fails", async () => {
    const metricsCallback = () => Promise.reject(new Error("x"));
    const get = await serve(new SimpleMetricsServer({ ...common, metricsCallback }));
    expect(await (await get("/metrics")).text()).toContain("my_bot_nats_connected 0");
  });
});

describe("the server", () => {
  it("knows two paths and one method", async () => {
    const get = await serve(new SimpleMetricsServer({ ...common, healthPath: "/h", metricsPath: "/m" }));
    expect((await get("/m")).status).toBe(200);
    expect((await get("/health")).status).toBe(404);
    expect((await get("/h", { method: "POST" })).status).toBe(405);
  });

  it("can be built upon, and says when its port is taken", async () => {
    class Own extends BaseMetricsServer {
      protected collectCustomMetrics() {
        return ["own 1"];
      }
      protected getHealthDetails() {
        return { own: true };
      }
    }
    const get = await serve(new Own(common));
    expect(await (await get("/metrics")).text()).toContain("own 1");
    const second = new Own({ ...common, port: server!.port });
    await expect(second.start()).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(second.port).toBeUndefined();
  });
});

describe("starting and stopping", () => {
  it("listens once however often it is started at a time, and ends with its block", async () => {
    let port: number | undefined;
    {
      await using started = new SimpleMetricsServer(common);
      await Promise.all([started.start(), started.start()]);
      port = started.port;
      expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
    }
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  });

  it("stops what is only starting, and starts again", async () => {
    const again = new SimpleMetricsServer(common);
    const starting = again.start();
    await again.stop();
    await starting;
    expect(again.port).toBeUndefined();
    await again.start();
    expect(again.port).toBeGreaterThan(0);
    await again.stop();
  });

  it("rejects with the system's reason for a port that is taken, and can be tried again", async () => {
    await using first = new SimpleMetricsServer(common);
    await first.start();
    const second = new SimpleMetricsServer({ ...common, port: first.port });
    await expect(second.start()).rejects.toMatchObject({ code: "EADDRINUSE" });
    await first.stop();
    await second.start();
    await second.stop();
  });
});

it("gives metrics names that Prometheus takes, whatever the service is called", async () => {
  const get = await serve(new SimpleMetricsServer({ ...common, serviceName: "my bot.v2-x" }));
  expect(await (await get("/metrics")).text()).toContain("my_bot_v2_x_uptime_seconds ");
});
