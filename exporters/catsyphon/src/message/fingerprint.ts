import { hash } from "node:crypto";
import type { Message, Part } from "./message.js";

/** 32 hex characters that stand for a value; equal for equal values, in this process and in the next. */
export function hashOf(value: unknown): string {
  return sha256(JSON.stringify(value));
}

/** The first half of the digest, in hex. */
export function sha256(text: string): string {
  return hash("sha256", text, "hex").slice(0, 32);
}

/** Tells messages apart by role and content. Reasoning does not count: providers do not send it back. */
export function fingerprint({ role, parts }: Message): string {
  let text = role;
  for (const part of parts) text += toComparable(part);
  return sha256(text);
}

function toComparable(part: Part): string {
  switch (part.kind) {
    case "text":
      // Its length says where it ends. As JSON a long text would take several times as long.
      return `\nt${part.text.length}:${part.text}`;
    case "reasoning":
      return "";
    case "call":
      return `\nc${JSON.stringify([part.id ?? null, part.name, sorted(part.arguments)])}`;
    case "response":
      return `\nr${JSON.stringify([part.id ?? null, sorted(part.result)])}`;
  }
}

/** Arguments come as objects or as JSON text, with their keys in any order. */
export function sorted(value: unknown): unknown {
  if (typeof value === "string") {
    try {
      return sortKeys(JSON.parse(value));
    } catch {
      return value;
    }
  }
  return sortKeys(value);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value ?? null;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, member]) => [key, sortKeys(member)]);
}
