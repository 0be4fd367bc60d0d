/** The SDK alone. */
export function setup() {}
