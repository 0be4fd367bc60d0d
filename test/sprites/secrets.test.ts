import { inspect } from "node:util";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { afterEach, expect, it } from "vitest";
import { TOKEN } from "../support/sprites/server.js";
import { Telemetry } from "../support/telemetry.js";
import { CLOSED_ENDPOINT, Harness } from "./harness.js";

const harness = new Harness();
afterEach(() => diag.disable());

const MARKS = {
  value: "MARK-env-value",
  argument: "MARK-argument",
  input: "MARK-input",
  output: "MARK-output",
  name: "MARK_NAME",
};

/** Everything of a span that leaves the process. */
function shown(telemetry: Telemetry): string {
  return telemetry.spans
    .map(({ name, attributes, events, status, links }) =>
      inspect({ name, attributes, events, status, links }, { depth: 9 }),
    )
    .join("\n");
}

it("no secret and no content is in any span, log or error while content is off", async () => {
  const telemetry = new Telemetry();
  const logged: unknown[] = [];
  const log = (...args: unknown[]): void => void logged.push(args);
  const logger = { error: log, warn: log, info: log, debug: log, verbose: log };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  const options = { tracerProvider: telemetry.tracerProvider, timeout: 500, connectTimeout: 500 };
  const errors: unknown[] = [];
  const env = { [MARKS.name]: MARKS.value };
  const command = `cat; printf MARK-out; printf 'put %s' "$${MARKS.name}" >&2; echo ${MARKS.argument}; exit 3`;

  for (const faults of [
    {},
    { closeWith: { code: 1011 } },
    { dropAt: "mid-frame" },
    { noise: true },
    { neverAnswer: true },
    { refuse: { status: 400, body: { message: `header was Bearer ${TOKEN}` } } },
    { rest: { status: 500, body: `you sent ${TOKEN}` } },
    { restNeverAnswers: true },
    { progressTruncated: "reset" },
  ] as const) {
    const sprite = harness.sprite(faults, options);
    const failing = sprite.exec(command, { env });
    // Quotes what it was given, as parsers do.
    failing.onStdout = (data) => JSON.parse(data.toString());
    const attempts = [
      () => failing.run({ stdin: MARKS.input }),
      () => sprite.exec(command, { env }).run({ stdin: MARKS.input }),
      () => sprite.exec(command, { env }).result({ stdin: MARKS.input, check: true }),
      () => sprite.exec(["sleep", "9", MARKS.argument], { env }).run({ timeout: 100 }),
      () => sprite.checkpoint({ timeout: 500 }),
      () => sprite.restore("v9", { timeout: 500 }),
      () => sprite.fs.write("/x", MARKS.input),
      () => sprite.info(),
    ];
    for (const attempt of attempts) await attempt().catch((error: unknown) => errors.push(error));
  }
  const nobody = harness.client({ ...options, endpoint: CLOSED_ENDPOINT }).attach("box");
  await nobody
    .exec(command, { env })
    .run()
    .catch((error: unknown) => errors.push(error));

  expect(telemetry.spans.length).toBeGreaterThan(50);
  expect(errors.length).toBeGreaterThan(30);
  const all =
    shown(telemetry) + inspect(errors, { depth: 9, showHidden: true }) + inspect(logged, { depth: 9 });
  for (const mark of ["MARK", TOKEN, "?cmd=", "stdin=true"]) expect(all).not.toContain(mark);
});

it("with content on, command lines and names are shown; values, input, output and the token are not", async () => {
  const telemetry = new Telemetry();
  const sprite = harness.sprite({}, { tracerProvider: telemetry.tracerProvider, captureContent: true });
  const command = ["sh", "-c", "cat; printf MARK-out; printf put >&2", MARKS.argument];
  await sprite.exec(command, { env: { [MARKS.name]: MARKS.value } }).run({ stdin: MARKS.input });
  const text = shown(telemetry);
  expect(text).toContain(MARKS.argument);
  expect(text).toContain(MARKS.name);
  for (const mark of [MARKS.value, MARKS.input, MARKS.output, TOKEN]) expect(text).not.toContain(mark);
});
