import { type Answer, type Asked, jsonBody, NOT_FOUND } from "./answers.js";
import type { Sandbox } from "./sandbox.js";

interface Service {
  definition: Record<string, unknown>;
  status: "running" | "stopped";
}

const SERVICES = new WeakMap<Sandbox, Map<string, Service>>();

/** `/services/*`: definitions and states only, nothing is run. */
export function answerServices(sandbox: Sandbox, asked: Asked): Answer {
  const services = SERVICES.get(sandbox) ?? new Map<string, Service>();
  SERVICES.set(sandbox, services);
  const [, name, action] = asked.path;
  if (name === undefined)
    return { status: 200, json: [...services].map(([key, value]) => toJson(key, value)) };
  if (name === "signal") return signal(services, jsonBody(asked));
  if (asked.method === "PUT") return put(services, name, jsonBody(asked));
  const service = services.get(name);
  if (service === undefined) return { status: 404, json: { error: `service not found: ${name}` } };
  if (action !== undefined) return act(service, action, asked.query);
  if (asked.method === "DELETE") return services.delete(name) ? { status: 204 } : NOT_FOUND;
  return { status: 200, json: toJson(name, service) };
}

function put(services: Map<string, Service>, name: string, definition: Record<string, unknown>): Answer {
  const taken = [...services].some(
    ([key, { definition: other }]) => key !== name && other.http_port !== undefined,
  );
  if (definition.http_port !== undefined && taken) {
    return {
      status: 409,
      json: { error: "http_port_conflict", message: "another service has the http port" },
    };
  }
  services.set(name, { definition, status: "running" });
  return {
    status: 200,
    lines: [{ type: "started" }, { type: "stdout", data: "hello\n" }, { type: "complete" }],
  };
}

function act(service: Service, action: string, query: URLSearchParams): Answer {
  if (action === "logs") {
    const lines = ["one", "two", "three"].slice(-Number(query.get("lines") ?? 3));
    return { status: 200, lines: lines.map((data) => ({ type: "stdout", data })) };
  }
  if (action === "stop" && service.status === "stopped")
    return { status: 409, json: { error: "not running" } };
  service.status = action === "stop" ? "stopped" : "running";
  const type = action === "stop" ? "stopped" : "started";
  return { status: 200, lines: [{ type }, { type: "exit", exit_code: 0 }, { type: "complete" }] };
}

function signal(services: Map<string, Service>, body: Record<string, unknown>): Answer {
  return services.has(String(body.name)) ? { status: 204 } : NOT_FOUND;
}

function toJson(name: string, { definition, status }: Service): object {
  return { name, ...definition, state: { name, status, pid: 7, started_at: new Date(0).toISOString() } };
}
