import "./chat.mjs";

process.exit(5);
