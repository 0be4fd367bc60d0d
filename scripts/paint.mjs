import { styleText } from "node:util";

/** Text that is less important, where a terminal can show it so. */
export const dim = (text) => (process.stdout.isTTY && !process.env.NO_COLOR ? styleText("dim", text) : text);
