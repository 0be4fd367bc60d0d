/** Keeps what is logged instead of showing it. */
export class QuietLogger {
  readonly lines: string[] = [];
  readonly debug = (message: string) => void this.lines.push(`debug ${message}`);
  readonly info = (message: string) => void this.lines.push(`info ${message}`);
  readonly warn = (message: string) => void this.lines.push(`warn ${message}`);
  readonly error = (message: string) => void this.lines.push(`error ${message}`);
}
