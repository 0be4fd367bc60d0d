import { agent, session } from "@kit/sdk";

await session("night", () =>
  agent(
    "watch",
    () =>
      new Promise(() => {
        setImmediate(() => {
          throw new Error("crash");
        });
      }),
  )(),
);
