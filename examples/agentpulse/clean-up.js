import { cron } from "@kit/sdk";

/** A scheduled job: each run tells when it began, how long it took and how it went. */
export function cleanUp(folder, work) {
  return cron(`clean-up-${folder}`, async (run) => {
    run.setSummary(`removed ${await work()} mails from ${folder}`);
  });
}
