// What Node itself has loaded so far, beside what it always has.
console.log(process.moduleLoadList.filter((name) => /undici|http2/.test(name)).join(", "));
