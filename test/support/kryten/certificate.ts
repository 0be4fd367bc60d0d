import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A self-signed certificate for localhost, made with openssl, in files of its own. */
export class Certificate implements Disposable {
  readonly key: string;
  readonly cert: string;
  readonly #directory: string;

  constructor() {
    this.#directory = mkdtempSync(join(tmpdir(), "kit-tls-"));
    this.key = join(this.#directory, "key.pem");
    this.cert = join(this.#directory, "cert.pem");
    const files = ["-keyout", this.key, "-out", this.cert];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    const make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...files, ...names];
    execFileSync("openssl", make, { stdio: "ignore" });
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
