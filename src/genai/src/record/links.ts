import type { Link, SpanContext } from "@opentelemetry/api";

const MAX_REMEMBERED = 1_000;

/**
 * Remembers which span asked for a batch or a background answer, so that reading it later can link back. Bounded: the
 * oldest id is forgotten first.
 */
export class RememberedSpans {
  readonly #spans = new Map<string, SpanContext>();

  remember(ids: readonly string[], span: SpanContext): void {
    for (const id of ids) {
      if (this.#spans.has(id)) continue;
      if (this.#spans.size >= MAX_REMEMBERED) this.#forgetOldest();
      this.#spans.set(id, span);
    }
  }

  linksTo(ids: readonly string[] | undefined): Link[] {
    if (ids === undefined) return [];
    const links: Link[] = [];
    for (const id of ids) {
      const span = this.#spans.get(id);
      if (span !== undefined) links.push({ context: span });
    }
    return links;
  }

  #forgetOldest(): void {
    for (const id of this.#spans.keys()) {
      this.#spans.delete(id);
      return;
    }
  }
}
