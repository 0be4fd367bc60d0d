// For `--require`, which Node runs in the thread of its module loaders, too. There, from 22.15 to 22.20 and until 24.10
// as far as was seen, an ES module that imports another one must not be required: the next registration of a loader
// would end the process without a word.
const { isMainThread, parentPort } = require("node:worker_threads");

if (isMainThread || parentPort !== null) module.exports = require("./dist/bundle/index.js");
