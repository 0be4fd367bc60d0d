const file: string = "./native.ts";
require(file);
