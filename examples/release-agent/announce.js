import { KrytenClient } from "@kit/kryten";
import { busConfig, RELEASED } from "./bus.js";

/** Tells the bus that a version is out; whoever listens takes it from there, in the same trace. */
export async function announce(released) {
  const bus = await KrytenClient.open(busConfig("release-agent"));
  try {
    await bus.publish(RELEASED, released);
  } finally {
    await bus.disconnect();
  }
}
