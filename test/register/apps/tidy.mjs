// Like most command-line tools, cleans up through `signal-exit`.
import "./wait.mjs";
import { onExit } from "signal-exit";

onExit(() => console.log("cleaned up"));
