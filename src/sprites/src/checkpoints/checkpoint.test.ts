import { describe, expect, it } from "vitest";
import { findCreatedId, findNewest, readCheckpoint, readCheckpointList } from "./checkpoint.js";
import { readStreamMessage } from "./stream-message.js";

const lines = (...fields: Record<string, unknown>[]) => fields.map((line) => readStreamMessage(line));

describe("a checkpoint", () => {
  it("reads all fields, nanoseconds included", () => {
    const read = readCheckpoint({
      id: "v3",
      create_time: "2026-08-05T10:30:00.116054740Z",
      source_id: "v1",
      history: ["v1"],
      comment: "pre",
      is_auto: false,
      health: "",
    });
    expect(read).toEqual({
      id: "v3",
      createTime: new Date("2026-08-05T10:30:00.116Z"),
      sourceId: "v1",
      history: ["v1"],
      comment: "pre",
      isAuto: false,
      health: "",
    });
  });

  it.each([{ id: "v1" }, { id: "v1", create_time: "soon", history: null, source_id: null }])(
    "has an invalid time, never now, and no lineage when the server tells neither: %j",
    (fields) => {
      const read = readCheckpoint(fields);
      expect(read).toMatchObject({ id: "v1", sourceId: "", history: [] });
      expect(read.createTime.getTime()).toBeNaN();
    },
  );
});

describe("the id of what was created", () => {
  it.each([
    ["an object", lines({ type: "complete", data: { checkpoint_id: "v9" }, message: "v1 done" }), "v9"],
    [
      "the last of the closing sentence",
      lines({ type: "complete", data: "From v1: checkpoint v3 created" }),
      "v3",
    ],
    ["an automatic one", lines({ type: "complete", data: "auto-4 created" }), "auto-4"],
    [
      "a line before",
      lines({ type: "info", data: "  ID: custom" }, { type: "complete", data: "ok" }),
      "custom",
    ],
    [
      "nowhere",
      lines({ type: "info", data: "v7 is old" }, { type: "complete", data: "done, env9" }),
      undefined,
    ],
  ])("comes from %s", (_, messages, id) => {
    expect(findCreatedId(messages)).toBe(id);
  });

  it("comes from the list when nothing told it: the newest made by hand since", () => {
    const list = [
      { id: "Current", create_time: "2026-01-03T00:00:00Z" },
      { id: "auto-1", create_time: "2026-01-03T00:00:00Z" },
      { id: "v2", create_time: "2026-01-02T00:00:00Z" },
    ].map(readCheckpoint);
    expect(findNewest(list, new Date("2026-01-02T00:00:00Z"))?.id).toBe("v2");
    expect(findNewest(list, new Date("2026-01-02T00:00:01Z"))).toBeUndefined();
    expect(findNewest(list, new Date(Number.NaN))?.id).toBe("v2");
  });

  it("is the newest by its time, whatever the order of the list", () => {
    const list = ["2026-01-01", "2026-01-03", "2026-01-02"].map((day, i) =>
      readCheckpoint({ id: `v${i + 1}`, create_time: `${day}T00:00:00Z` }),
    );
    expect(findNewest(list, new Date(Number.NaN))?.id).toBe("v2");
    expect(findNewest([{ id: "v1" }, { id: "v2" }].map(readCheckpoint), new Date(0))?.id).toBe("v1");
  });
});

it.each([
  ['[{"id":"v2"},{"id":"v1"}]', { checkpoints: [{ id: "v2" }, { id: "v1" }] }],
  ['{"checkpoints":[{"id":"v2"}]}', { checkpoints: [{ id: "v2" }] }],
  ["null", { checkpoints: [] }],
  ["", { ids: [] }],
  ["v2: b\nv1: a\nv2: again\n", { ids: ["v2", "v1"] }],
  ["v2", { ids: ["v2"] }],
])("reads the list %j", (body, expected) => {
  expect(readCheckpointList(body)).toMatchObject(expected);
});

describe("a line of progress", () => {
  const time = "2026-08-05T10:30:00Z";
  it.each([
    [
      { type: "info", data: "text", time },
      { message: "text", data: {}, error: "" },
    ],
    [
      { type: "progress", message: "text", data: { percent: 4 }, time },
      { message: "text", data: { percent: 4 } },
    ],
    [
      { type: "error", error: "broken", time },
      { message: "broken", error: "broken", data: {} },
    ],
    [
      { type: "info", time },
      { message: "", error: "", data: {} },
    ],
    [
      { type: 5, data: [1], time },
      { type: "", message: "", data: {} },
    ],
  ])("is mapped: %j", (line, expected) => {
    expect(readStreamMessage(line)).toMatchObject({ ...expected, time: new Date(time), raw: line });
  });

  it("has the time it came when the server did not tell", () => {
    const now = new Date();
    expect(readStreamMessage({ type: "info" }, now).time).toBe(now);
  });
});
