// A program that has made a call and then runs until something ends it.
import "./chat.mjs";

setInterval(() => {}, 1000);
console.log("ready");
