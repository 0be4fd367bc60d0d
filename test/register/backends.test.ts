import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("says that the credentials of a backend do not suffice, and goes on", async () => {
  const { code, stderr } = await world.run({ CATSYPHON_API_KEY: "half-a-credential" });
  expect(code).toBe(0);
  expect(stderr).toBe(
    "[kit] CATSYPHON_API_KEY is set, but CatSyphon needs CATSYPHON_URL with CATSYPHON_COLLECTOR_ID and CATSYPHON_API_KEY, or with CATSYPHON_WORKSPACE_ID and a stored credential; no spans are sent there.\n",
  );
  expect(world.collector.spans).toHaveLength(1);
});

it("sends spans to a backend whose credentials are there, beside the collector", async () => {
  const { code, stderr } = await world.run({
    CATSYPHON_URL: `http://127.0.0.1:${world.provider.port}/catsyphon`,
    CATSYPHON_COLLECTOR_ID: "collector",
    CATSYPHON_API_KEY: "key",
    CATSYPHON_WORKSPACE_ID: "workspace",
  });
  expect(code).toBe(0);
  expect(stderr).not.toContain("CatSyphon needs");
  expect(world.provider.requests.some(({ path }) => path.startsWith("/catsyphon/"))).toBe(true);
  expect(world.collector.spans).toHaveLength(1);
});
