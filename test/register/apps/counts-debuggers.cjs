// Preloaded: prints how many debuggers this program had, and whether any is left when the event loop goes round.
const { Session } = require("node:inspector");

let connected = 0;
let disconnected = 0;
const { connect, disconnect } = Session.prototype;
Session.prototype.connect = function () {
  connected += 1;
  return Reflect.apply(connect, this, []);
};
Session.prototype.disconnect = function () {
  disconnected += 1;
  return Reflect.apply(disconnect, this, []);
};
process.on("exit", () => console.log(`${connected} connected, ${disconnected} disconnected`));
