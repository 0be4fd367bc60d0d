import { AiloopClient } from "@kit/ailoop";

const MINUTES = 60;

/** Asks a person through ailoop. Only a yes is a yes: no answer in half an hour is none. */
export async function approved(action, context) {
  const client = await AiloopClient.connect(process.env.AILOOP_URL);
  try {
    const { content } = await client.authorize(action, { context, timeout: 30 * MINUTES, wait: true });
    return content.responseType === "authorization_approved";
  } catch (error) {
    if (error.name === "TimeoutError") return false;
    throw error;
  } finally {
    await client.close();
  }
}
