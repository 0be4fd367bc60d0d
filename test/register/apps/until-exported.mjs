// Dies without a chance to flush, but long after the batch should have left.
import "./chat.mjs";

setTimeout(() => process.exit(0), 1000);
