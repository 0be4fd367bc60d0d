import { agent, tool } from "@kit/sdk";
import { createClient } from "./client.js";

const findInvoice = tool("find_invoice", { captureArgs: true }, async (number) => ({ number, euros: 240 }));

/** Each call from outside is one span of the agent; `sort` and `answer` are its own steps. */
export class Assistant {
  #client = createClient();

  async handle(text) {
    const kind = await this.sort(text);
    return kind === "spam" ? { kind } : { kind, reply: await this.answer(text) };
  }

  async sort(text) {
    return await this._ask(`Is this "billing" or "spam"? ${text}`);
  }

  async answer(text) {
    const invoice = await findInvoice(/\d+/.exec(text)?.[0]);
    return await this._ask(`Answer in a sentence. ${JSON.stringify(invoice)} ${text}`);
  }

  async _ask(content) {
    const { choices } = await (await this.#client).chat.completions.create({
      model: "gpt-4o",
      messages: [{ role: "user", content }],
    });
    return choices[0].message.content;
  }
}

// The same as `@agent` in front of the class, for a file that no compiler sees.
agent(Assistant);
