import { type Answer, type Asked, jsonBody, NOT_FOUND } from "./answers.js";
import type { Sandbox, Saved } from "./sandbox.js";

/** `checkpoint`, `checkpoints`, and what is below. */
export function answerCheckpoints(sandbox: Sandbox, asked: Asked): Answer {
  const [room, id, action] = asked.path;
  if (room === "checkpoint") return create(sandbox, jsonBody(asked).comment as string | undefined);
  if (id === undefined) return list(sandbox, asked.query);
  const saved = sandbox.checkpoints.find((checkpoint) => checkpoint.id === id);
  if (saved === undefined) return { status: 404, json: { error: `checkpoint not found: ${id}` } };
  if (action === "restore") return restore(sandbox, saved);
  if (asked.method === "DELETE") return remove(sandbox, saved);
  return sandbox.faults.hideCheckpoints ? NOT_FOUND : { status: 200, json: toJson(saved) };
}

function create(sandbox: Sandbox, comment: string | undefined): Answer {
  function* lines(): Generator<object> {
    const { createdId } = sandbox.faults;
    yield line("info", "Creating checkpoint...");
    const { id } = sandbox.save(comment);
    if (createdId !== "untold") yield line("info", `  ID: ${id}`);
    if (createdId === "object") {
      yield {
        type: "complete",
        message: "done",
        data: { checkpoint_id: id },
        time: new Date().toISOString(),
      };
    } else {
      yield line(
        "complete",
        createdId === "untold" ? "Checkpoint created" : `Checkpoint ${id} created successfully`,
      );
    }
  }
  return { status: 200, lines: lines() };
}

function restore(sandbox: Sandbox, saved: Saved): Answer {
  function* lines(): Generator<object> {
    yield line("info", `Restoring from checkpoint ${saved.id}...`);
    sandbox.restore(saved);
    yield line("complete", "Restore complete");
  }
  return { status: 200, lines: lines() };
}

function remove(sandbox: Sandbox, saved: Saved): Answer {
  if (sandbox.current === saved.id) return { status: 409, json: { error: "checkpoint is active" } };
  sandbox.checkpoints = sandbox.checkpoints.filter((checkpoint) => checkpoint !== saved);
  return { status: 204 };
}

function list(sandbox: Sandbox, query: URLSearchParams): Answer {
  const ancestor = query.get("history");
  const found = sandbox.checkpoints
    .filter((saved) => !saved.isAuto || query.get("includeAuto") === "true")
    .filter((saved) => ancestor === null || saved.history.includes(ancestor));
  if (ancestor !== null && sandbox.faults.historyAsText) {
    return { status: 200, text: found.map(({ id }) => `${id}: some state\n${id}: again\n`).join("") };
  }
  const current = { id: "Current", create_time: new Date().toISOString() };
  return { status: 200, json: [...(sandbox.faults.listCurrent ? [current] : []), ...found.map(toJson)] };
}

function toJson(saved: Saved): object {
  const { id, createTime, sourceId, history, comment, isAuto } = saved;
  return { id, create_time: createTime, source_id: sourceId, history, comment, is_auto: isAuto, health: "" };
}

function line(type: string, data: string): object {
  return { type, data, time: new Date().toISOString() };
}
