import { alert, event, metric, session } from "@kit/sdk";
import { Assistant } from "./assistant.js";

const MAILS = [
  { id: "mail-1", text: "Hello, invoice 2210 seems to be wrong. Can you look into it?" },
  { id: "mail-2", text: "You have won! Open the attachment." },
];

/** One session for each mail: what the assistant spends on it is booked there. */
export async function checkMail() {
  metric("mails_waiting", MAILS.length, { folder: "inbox" });
  for (const mail of MAILS) {
    await session("mail", { id: mail.id }, async (s) => {
      const { kind, reply } = await new Assistant().handle(mail.text);
      s.log(`sorted as ${kind}`);
      event("mail_sorted", { kind, answered: reply !== undefined });
      if (kind === "spam") {
        s.setResult("rejected");
        alert("Spam got through", "info", { mail: mail.id });
      }
      console.log(`${mail.id}: ${kind}${reply ? `, "${reply}"` : ""}`);
    });
  }
}
