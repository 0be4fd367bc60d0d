import "./chat.mjs";

process.exitCode = 3;
