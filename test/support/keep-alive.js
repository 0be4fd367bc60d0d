/**
 * Options of a server in tests: idle connections stay. One that the server closes while a busy client is about to use
 * it would fail a request by chance.
 */
export const KEEP_ALIVE = { keepAliveTimeout: 0 };
//# sourceMappingURL=keep-alive.js.map
