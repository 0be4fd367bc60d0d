import "./chat.mjs";

process.on("SIGTERM", () => process.exit(6));
setInterval(() => {}, 1000);
console.log("ready");
