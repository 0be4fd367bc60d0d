import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// A context that is made after the flag has `gc`, so that the tests need no flag of their own.
setFlagsFromString("--expose-gc");

/** Collects what nothing holds any more. */
export const collectGarbage = runInNewContext("gc") as () => void;
