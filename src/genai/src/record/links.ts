import type { Link, SpanContext } from "@opentelemetry/api";

const MAX_REMEMBERED = 1_000;

/**
 * Remembers which span asked for a batch or a background answer, so that reading it later can link back, and how many
 * results of a batch were read. A background answer is one result. Bounded: the oldest id is forgotten first.
 */
export class RememberedSpans {
  readonly #spans = new Map<string, SpanContext>();
  readonly #resultsRead = new Map<string, number>();

  remember(ids: readonly string[], span: SpanContext): void {
    for (const id of ids) if (!this.#spans.has(id)) setBounded(this.#spans, id, span);
  }

  /**
   * Notes that the result at a position of a batch's results was read; `false` if it was before. A number for each batch
   * is enough, because the results of a finished batch are a file that does not change.
   */
  readResult(batch: string, position: number): boolean {
    if (position < (this.#resultsRead.get(batch) ?? 0)) return false;
    setBounded(this.#resultsRead, batch, position + 1);
    return true;
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
}

function setBounded<Value>(map: Map<string, Value>, id: string, value: Value): void {
  if (map.size >= MAX_REMEMBERED && !map.has(id)) {
    for (const oldest of map.keys()) {
      map.delete(oldest);
      break;
    }
  }
  map.set(id, value);
}
