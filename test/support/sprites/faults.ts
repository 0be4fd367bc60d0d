/** Answers with this instead of doing what was asked. */
export interface CannedAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the stand-in does wrong, or differently, for one sandbox. All off unless set. */
export interface Faults {
  /** Refuse the upgrade with this answer. */
  refuse?: CannedAnswer;
  /** Refuse only the first upgrade. */
  refuseOnce?: CannedAnswer;
  /** Wait this long before every answer, to upgrades and to REST calls. */
  slowMs?: number;
  /** Take the upgrade request and never answer. */
  neverAnswer?: boolean;
  /** Drop the TCP connection at this stage. `mid-frame`: inside a frame that announces more bytes than come. */
  dropAt?: "upgrade" | "open" | "session" | "output" | "mid-frame";
  /** Close with this code instead of telling the exit. 1006 = no close frame. */
  closeWith?: { code: number; reason?: string };
  /** Announce a missing program by refusing the upgrade instead of exit code 127. */
  refuseMissingProgram?: boolean;
  /** More stdout after the text `exit`, this many bytes. */
  outputAfterTextExit?: number;
  textExit?: "absent";
  binaryExit?: "absent" | "empty";
  /** Milliseconds between the text and the binary exit. */
  binaryExitAfterMs?: number;
  /** Extra frames before the output: unknown ids, empty messages, text that is not JSON, unknown types. */
  noise?: boolean;
  /** Send an `error` frame instead of running anything. */
  errorFrame?: string;
  /** Bytes of output a frame, at most. */
  frameBytes?: number;
  /** Do not read the socket after the upgrade. */
  stallReads?: boolean;
  mutePongs?: boolean;
  noSessionInfo?: boolean;
  noDebug?: boolean;
  /** Numeric `session_id`, as older servers send. */
  numericSessionId?: boolean;
  /** No `X-Sprite-Capabilities`: signals go through the kill endpoint. */
  noCapabilities?: boolean;
  /** How long the socket stays open after the exit. */
  holdMs?: number;
  /** Every REST call gets this answer. */
  rest?: CannedAnswer;
  /** The next REST call gets this answer. */
  restOnce?: CannedAnswer;
  restNeverAnswers?: boolean;
  /** Progress streams: what is sent instead of the real lines. */
  progress?: readonly string[];
  /** Progress streams: cut off without a terminal line. */
  progressTruncated?: "clean" | "reset";
  /** Progress streams: an `error` line instead of `complete`. */
  progressError?: string;
  /** Progress streams: written this many bytes at a time. */
  progressBytes?: number;
  /** Which checkpoint was made: as an object, or not told at all. */
  createdId?: "object" | "untold";
  /** `?history=` answers with text lines. */
  historyAsText?: boolean;
  /** The list begins with a pseudo entry `Current`. */
  listCurrent?: boolean;
  /** A forwarded connection gets this text for an answer, or none for an empty one. */
  proxyAnswer?: string;
  /** A file cannot be listed: `ENOTDIR`. */
  listRefusesFiles?: boolean;
  /** GET of one checkpoint answers 404. */
  hideCheckpoints?: boolean;
}
