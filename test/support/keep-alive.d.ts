/**
 * Options of a server in tests: idle connections stay. One that the server closes while a busy client is about to use
 * it would fail a request by chance.
 */
export declare const KEEP_ALIVE: {
  keepAliveTimeout: number;
};
//# sourceMappingURL=keep-alive.d.ts.map
