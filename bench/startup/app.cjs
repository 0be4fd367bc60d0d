require("openai");
console.log(JSON.stringify({ ready: performance.now(), rss: process.memoryUsage().rss }));
process.exit(0);
