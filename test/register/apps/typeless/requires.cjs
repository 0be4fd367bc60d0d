const { ask } = require("./asks.js");

ask();
