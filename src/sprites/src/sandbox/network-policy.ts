import { invalidArgument } from "../arguments.js";
import { readObject } from "../rest/json.js";
import type { Limits, Rest } from "../rest/rest.js";

/** One rule, or the service's own set of rules. The first that matches decides. */
export type NetworkRule =
  | { readonly domain: string; readonly action: "allow" | "deny" }
  | { readonly include: "defaults" };

/** Which hosts a sandbox may reach. */
export class NetworkPolicy {
  readonly #rest: Rest;
  readonly #name: string;

  constructor(rest: Rest, name: string) {
    this.#rest = rest;
    this.#name = name;
  }

  async get(limits?: Limits): Promise<NetworkRule[]> {
    const { rules } = readObject(await this.#rest.json(this.#call("GET"), limits));
    return Array.isArray(rules) ? (rules as NetworkRule[]) : [];
  }

  /** Replaces all rules. */
  async set(rules: readonly NetworkRule[], limits?: Limits): Promise<void> {
    if (!Array.isArray(rules)) throw invalidArgument("rules", "a list");
    return this.#rest.done({ ...this.#call("POST"), json: { rules } }, limits);
  }

  #call<M extends "GET" | "POST">(method: M) {
    const template = "/v1/sprites/{name}/policy/network";
    return { method, template, params: { name: this.#name }, purpose: "api" } as const;
  }
}
