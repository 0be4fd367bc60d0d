const { ask } = require("./asks.mjs");

ask();
