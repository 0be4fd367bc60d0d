const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The elements of a JSON array as slices of its text, from the last to the first, without reading what comes
 * before the elements asked for. A chat history is resent with every call; only its end is new.
 */
export function* elementsFromEnd(json: string): Generator<string> {
  let end = json.trimEnd().length - 1;
  if (json[end] !== "]") return;
  let depth = 0;
  for (let index = end - 1; index >= 0; index--) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) index = openingQuote(json, index);
    else if (isClosing(code)) depth++;
    else if (isOpening(code)) {
      if (depth-- > 0) continue;
      const first = json.slice(index + 1, end).trim();
      if (first) yield first;
      return;
    } else if (code === 0x2c && depth === 0) {
      yield json.slice(index + 1, end).trim();
      end = index;
    }
  }
}

/** The same from the first to the last. */
export function* elementsFromStart(json: string): Generator<string> {
  let start = json.length - json.trimStart().length + 1;
  if (json[start - 1] !== "[") return;
  let depth = 0;
  for (let index = start; index < json.length; index++) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) index = closingQuote(json, index);
    else if (isOpening(code)) depth++;
    else if (isClosing(code)) {
      if (depth-- > 0) continue;
      const last = json.slice(start, index).trim();
      if (last) yield last;
      return;
    } else if (code === 0x2c && depth === 0) {
      yield json.slice(start, index).trim();
      start = index + 1;
    }
  }
}

/**
 * The JSON string that begins with this quote, as it stands, if what follows it reads like that; or else nothing.
 * Quotes and all, so that it can be sent without being read and written again.
 */
export function literalAt(json: string, opening: number, rest: RegExp): string | undefined {
  const end = closingQuote(json, opening) + 1;
  return rest.test(json.slice(end)) ? json.slice(opening, end) : undefined;
}

/** From a closing quote back to the one that opens the string: of all quotes in between, each is escaped. */
function openingQuote(json: string, closing: number): number {
  let quote = json.lastIndexOf('"', closing - 1);
  while (quote > 0 && json.charCodeAt(quote - 1) === BACKSLASH) quote = json.lastIndexOf('"', quote - 1);
  return quote;
}

function closingQuote(json: string, opening: number): number {
  for (let quote = json.indexOf('"', opening + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (json.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
  }
  return json.length;
}

function isOpening(code: number): boolean {
  return code === 0x5b || code === 0x7b;
}

function isClosing(code: number): boolean {
  return code === 0x5d || code === 0x7d;
}
