import("./chat.mjs");
