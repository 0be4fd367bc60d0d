// The price of asynchronous module hooks alone, which older Node versions need for ES modules.
import { register } from "node:module";

register(
  "data:text/javascript,export const resolve = (specifier, context, next) => next(specifier, context)",
);
