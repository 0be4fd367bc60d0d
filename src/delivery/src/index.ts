export type { ListBody } from "./body-encoder.js";
export { DeliveryQueue } from "./delivery-queue.js";
export { Fifo } from "./fifo.js";
export { type Compression, HttpPoster, type HttpPosterOptions } from "./http-poster.js";
export type { HttpAnswer } from "./http-request.js";
export type { DeliveryOptions } from "./options.js";
export type { Outcome, Transport, Verdict } from "./outcome.js";
export type { RetryPolicy } from "./retry.js";
export { VERSION } from "./version.js";
