// By its ending it is CommonJS; what it requires is by its package.
const file: string = "./commonjs/native.ts";
require(file);
