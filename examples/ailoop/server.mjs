/** A server of the user's own, else the fake one of the tests (built by `npm run setup`). */
export async function startServer(url) {
  if (url) return { url, stop: async () => {} };
  const { FakeAiloop } = await import("../../test/support/ailoop/dist/index.js");
  const fake = await FakeAiloop.start();
  return { url: fake.url, stop: () => fake.stop() };
}
