import { APPS } from "./matrix.js";
import { compareEverywhere } from "./places.js";

await compareEverywhere(APPS.anthropic);
