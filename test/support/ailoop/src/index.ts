export { FakeAiloop, type FakeOptions, type RecordedRequest } from "./fake-ailoop.js";
export type { WireMessage } from "./shape.js";
