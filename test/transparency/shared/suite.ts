import type { Scenario } from "../scenario.js";
import { clients } from "./clients.js";
import type { Dialect } from "./dialect.js";
import { failures } from "./failures.js";
import { promises } from "./promises.js";
import { streamEnds } from "./stream-ends.js";
import { streams } from "./streams.js";
import { surface } from "./surface.js";

/** The scenarios that every generated SDK has, in the words of one. */
export function sharedScenarios<Client, Sdk>(dialect: Dialect): readonly Scenario<Client, Sdk>[] {
  const lists = [promises, failures, streams, streamEnds, clients, surface];
  return lists.flatMap((list) => list(dialect)) as unknown as readonly Scenario<Client, Sdk>[];
}
