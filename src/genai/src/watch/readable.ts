import { diag } from "@opentelemetry/api";
import type { Call, RequestFacts, ResponseFacts } from "../adapter/operation.js";

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the facts of a body. What is unreadable, as `choices` that are no list, is left out and loses nothing but itself.
 * Never throws.
 */
export function readFacts(
  { response }: Call,
  body: unknown,
  request: RequestFacts,
): ResponseFacts | undefined {
  if (body == null) return undefined;
  try {
    return response?.(body, request);
  } catch (error) {
    diag.debug("an answer could not be read in full", String(error));
  }
  const facts = (members: Members) => {
    try {
      return response?.(members, request);
    } catch {
      return undefined;
    }
  };
  return facts(readableMembers(body, (members) => facts(members) !== undefined));
}

/** The members that can be read by themselves; of a list that cannot, the items that can. */
function readableMembers(body: unknown, isReadable: (members: Members) => boolean): Members {
  const members = Object.entries(Object(body) as Members).map(([name, value]) => {
    if (isReadable({ [name]: value }) || !Array.isArray(value)) return [name, value];
    return [name, value.filter((item) => isReadable({ [name]: [item] }))];
  });
  return Object.fromEntries(members.filter(([name, value]) => isReadable({ [name as string]: value })));
}
