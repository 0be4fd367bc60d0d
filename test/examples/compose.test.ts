import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";

const read = (path: string) => parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));

interface Service {
  image: string;
  profiles?: string[];
  ports: string[];
  volumes?: string[];
}

const services: Record<string, Service> = read("docker-compose.yml").services;

it("pins every image", () => {
  for (const { image } of Object.values(services))
    expect(image).toMatch(/:\d+\.\d+\.\d+(-\w+)?(@sha256:[0-9a-f]{64})?$/);
});

it("puts Jaeger where the kit sends by default, and its UI where the demo says", () => {
  expect(services.jaeger?.ports).toEqual(
    expect.arrayContaining(["127.0.0.1:4318:4318", "127.0.0.1:16686:16686"]),
  );
  expect(services.jaeger?.profiles).toBeUndefined();
});

it("puts the collector in between only when asked, with a configuration that leads to Jaeger", () => {
  const { profiles, volumes = [] } = services.collector ?? {};
  expect(profiles).toEqual(["collector"]);
  const config = read(volumes[0]?.split(":")[0] ?? "");
  expect(config.receivers.otlp.protocols.http.endpoint).toBe("0.0.0.0:4318");
  expect(config.exporters["otlphttp/jaeger"].endpoint).toBe("http://jaeger:4318");
  for (const pipeline of Object.values<Record<string, string[]>>(config.service.pipelines)) {
    for (const [kind, names] of Object.entries(pipeline)) {
      expect(Object.keys(config[kind])).toEqual(expect.arrayContaining(names));
    }
  }
});
