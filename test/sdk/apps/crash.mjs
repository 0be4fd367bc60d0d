// Dies of what its argument says, inside a session, unless that is `caught` or `taken`.
import { session } from "@kit/sdk";

const [how] = process.argv.slice(2);
session("doomed", () => {
  const error = new TypeError("x is not a function, says sk-abcdefghijklmnop");
  if (how === "taken") process.on("uncaughtException", () => {});
  if (how === "caught") Promise.reject(error).catch(() => {});
  else if (how === "rejection") Promise.reject(error);
  else if (how === "text")
    setImmediate(() => {
      throw "just text";
    });
  else
    setImmediate(() => {
      throw error;
    });
});
