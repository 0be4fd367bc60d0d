import { createLoader } from "./modules/create-loader.js";

// A file of its own, because it runs in Node's loader thread: that knows the rest of the kit only by its address.
export const { initialize, resolve, load } = createLoader((url) => import(url));
