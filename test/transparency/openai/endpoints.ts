import { describe, type Seen, settled, shape } from "../observe.js";
import { json } from "../provider.js";
import { failure } from "./bodies.js";
import type { OpenAIApp, OpenAIScenario } from "./scenario.js";

const EMBED = { model: "text-embedding-3-small", input: ["one", "two"] };

/** Everything beside chat and responses. */
export const endpoints: readonly OpenAIScenario[] = [
  {
    name: "embeds texts",
    spans: ["embeddings completed"],
    async run({ client }) {
      const promise = client.embeddings.create(EMBED);
      const value = await promise;
      return { shape: shape(promise), value: describe(value), same: (await promise) === value };
    },
  },
  {
    name: "embeds texts in each encoding, and takes the response with them",
    spans: ["embeddings completed", "embeddings completed", "embeddings raw"],
    async run({ client }) {
      const plain = await client.embeddings.create({ ...EMBED, encoding_format: "float" });
      const both = await client.embeddings.create({ ...EMBED, encoding_format: "base64" }).withResponse();
      const raw = await client.embeddings.create(EMBED).asResponse();
      return [describe(plain), describe(both.data), describe(both.response), raw.bodyUsed, await raw.text()];
    },
  },
  {
    name: "is refused an embedding, handled and unhandled",
    spans: ["embeddings error", "embeddings error|abandoned"],
    drops: true,
    async run({ client, provider, reported }) {
      provider.script(json(failure("embed"), 400), json(failure("embed"), 400));
      const caught = await settled(client.embeddings.create(EMBED));
      void client.embeddings.create(EMBED);
      await reported();
      return caught;
    },
  },
  {
    name: "completes a text",
    spans: ["text_completion completed"],
    run: async ({ client }) =>
      describe(await client.completions.create({ model: "gpt-3.5-turbo-instruct", prompt: "Say" })),
  },
  {
    name: "completes a text in a stream",
    spans: ["text_completion completed"],
    async run({ client }) {
      const stream = await client.completions.create({
        model: "gpt-3.5-turbo-instruct",
        prompt: ["a", "b"],
        stream: true,
      });
      const seen: Seen[] = [];
      for await (const part of stream) seen.push(describe(part));
      return seen;
    },
  },
  {
    name: "searches a vector store, waiting for the page, item by item, and with the response",
    needs: ({ client }) => client.vectorStores?.search,
    spans: ["retrieval completed", "retrieval completed", "retrieval completed"],
    async run({ client }) {
      const promise = client.vectorStores.search("vs_1", { query: "rain" });
      const page = await promise;
      const items: Seen[] = [];
      for await (const item of client.vectorStores.search("vs_1", { query: "rain" }))
        items.push(describe(item));
      const { data } = await client.vectorStores.search("vs_1", { query: "rain" }).withResponse();
      return [shape(promise), describe(page), items, describe(data)];
    },
  },
  {
    name: "is refused a search, handled and unhandled",
    needs: ({ client }) => client.vectorStores?.search,
    spans: ["retrieval error", "retrieval error", "retrieval error"],
    async run({ client, provider, reported }) {
      const refusal = json(failure("search"), 400);
      provider.script(refusal, refusal, refusal);
      const search = () => client.vectorStores.search("vs_1", { query: "rain" });
      const caught = await settled(search());
      const late = await settled(search().finally(() => {}));
      void search().then(() => {});
      await reported();
      return [caught, late];
    },
  },
  {
    name: "makes images",
    spans: "untold",
    async run({ client }) {
      const promise = client.images.generate({ model: "gpt-image-1", prompt: "a cat" });
      return [shape(promise), describe(await promise)];
    },
  },
  {
    name: "changes an image",
    spans: "untold",
    async run(app) {
      const image = await fileOf(app, "cat.png");
      const edited = await app.client.images.edit({ image, prompt: "a hat" });
      return [describe(edited), describe(await app.client.images.createVariation({ image }))];
    },
  },
  {
    name: "speaks",
    spans: "untold",
    async run({ client }) {
      const promise = client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "hello" });
      const look = shape(promise);
      const spoken = await promise;
      return [look, describe(spoken), Buffer.from(await spoken.arrayBuffer()).toString()];
    },
  },
  {
    name: "speaks and leaves the audio unread",
    spans: "untold",
    async run({ client }) {
      const spoken = await client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "hello" });
      return spoken.bodyUsed;
    },
  },
  {
    name: "transcribes and translates audio",
    spans: "untold",
    async run(app) {
      const file = await fileOf(app, "speech.wav");
      const transcribed = await app.client.audio.transcriptions.create({ file, model: "whisper-1" });
      const words = await app.client.audio.transcriptions.create({
        file,
        model: "whisper-1",
        response_format: "text",
      });
      return [
        describe(transcribed),
        describe(words),
        describe(await app.client.audio.translations.create({ file, model: "whisper-1" })),
      ];
    },
  },
  {
    name: "moderates a text",
    spans: "untold",
    run: async ({ client }) => describe(await client.moderations.create({ input: "fine" })),
  },
  {
    name: "is refused by every other endpoint",
    spans: "untold",
    async run({ client, provider }) {
      const calls = [
        () => client.images.generate({ prompt: "a cat" }),
        () => client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "hello" }),
        () => client.moderations.create({ input: "fine" }),
        () => client.completions.create({ model: "gpt-3.5-turbo-instruct", prompt: "Say" }),
        () => client.models.list(),
      ];
      const seen: unknown[] = [];
      for (const call of calls) {
        provider.script(json(failure("other"), 403));
        seen.push(await settled(call() as Promise<unknown>));
      }
      return seen;
    },
  },
  {
    name: "starts a batch and looks at it",
    needs: ({ client }) => client.batches !== undefined,
    spans: "untold",
    async run({ client }) {
      const params = {
        input_file_id: "file-1",
        endpoint: "/v1/chat/completions",
        completion_window: "24h",
      } as const;
      const listed: Seen[] = [];
      const created = describe(await client.batches.create(params));
      for await (const batch of client.batches.list()) listed.push(describe(batch));
      return [created, describe(await client.batches.retrieve("batch_1")), listed];
    },
  },
  {
    name: "uploads a file and reads it back",
    spans: "untold",
    async run(app) {
      const created = await app.client.files.create({ file: await fileOf(app, "a.txt"), purpose: "batch" });
      const content = await app.client.files.content("file-1");
      return [describe(created), await content.text()];
    },
  },
  {
    name: "pages through a list by loop and by hand",
    spans: [],
    async run({ client }) {
      const seen: unknown[] = [];
      for await (const file of client.files.list()) seen.push(describe(file));
      const promise = client.files.list();
      seen.push(shape(promise));
      const page = await promise;
      seen.push(shape(page), page.hasNextPage(), describe(page.data));
      if (page.hasNextPage()) seen.push(describe((await page.getNextPage()).data));
      return seen;
    },
  },
  {
    name: "lists models, and takes the list raw",
    spans: [],
    async run({ client }) {
      const seen: Seen[] = [];
      for await (const model of client.models.list()) seen.push(describe(model));
      const { data, response } = await client.models.list().withResponse();
      return [
        seen,
        describe(data.data),
        response.status,
        await (await client.models.list().asResponse()).text(),
      ];
    },
  },
];

async function fileOf({ sdk }: OpenAIApp, name: string): Promise<File> {
  return (await sdk.toFile(Buffer.from("the bytes of a file"), name, {
    type: "application/octet-stream",
  })) as File;
}
