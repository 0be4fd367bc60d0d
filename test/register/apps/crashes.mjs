import "./chat.mjs";

throw new Error("crash");
