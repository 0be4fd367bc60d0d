/** What was found about one thing: all is well, something to know, or something that loses telemetry. */
export interface Finding {
  readonly level: "ok" | "note" | "problem";
  readonly subject: string;
  /** A sentence, or the end of one that begins with the subject. */
  readonly says: string;
}
