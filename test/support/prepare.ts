import { findNatsServer } from "./kryten/nats-server.js";
import { findNode, NODES } from "./nodes.js";

/** A registry may fail once. */
const TRIES = 3;

/**
 * Installs what tests run beside this checkout and a machine may lack, before any of them: inside of a test an
 * installation would meet its limits, and two at a time each other. Tells what cannot be had.
 */
export function prepare(): string[] {
  const absent: string[] = NODES.filter((node) => findNode(node, TRIES) === undefined).map(
    (node) => `Node ${node}: it cannot be installed from npm here; what would run on it is skipped`,
  );
  try {
    findNatsServer(TRIES);
  } catch (error) {
    absent.push((error as Error).message);
  }
  return absent;
}
