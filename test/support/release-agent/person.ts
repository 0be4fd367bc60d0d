import { AiloopClient } from "@kit/ailoop";

/** How long the person thinks. */
const THINKS_MS = 400;

/** A person at an ailoop server who reads every request for approval and answers it the same way. */
export async function startPerson(
  url: string,
  approves: boolean,
): Promise<{ readonly asked: readonly string[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const person = await AiloopClient.connect(url);
  person.addMessageHandler(async ({ id, content }) => {
    if (content.type !== "authorization") return;
    asked.push(content.action);
    await new Promise((resolve) => setTimeout(resolve, THINKS_MS));
    await person.respond(id, {
      responseType: approves ? "authorization_approved" : "authorization_denied",
    });
  });
  await person.subscribeToChannel("public");
  return { asked, close: () => person.close() };
}
