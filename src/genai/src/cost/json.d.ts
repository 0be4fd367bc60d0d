// A file outside of `src`, which the compiler need not see.
declare module "*.json" {
  const content: unknown;
  export default content;
}
