import "./wait.mjs";

process.once("SIGTERM", () => {
  console.log("closing");
  setTimeout(() => process.exit(7), 1500);
});
