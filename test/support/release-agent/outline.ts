/** What an outline needs of a span, from whatever backend. */
export interface Outlined {
  readonly name: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly start: bigint | number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Names, indented below their parents: what has no length first, then the others in the order of time. */
export function outline(spans: readonly Outlined[]): string[] {
  const isMoment = ({ attributes }: Outlined) => /^(event|metric)$/.test(String(attributes["kit.kind"]));
  // A span's start may be told in whole milliseconds, a moment's is exact: they do not compare.
  const inOrder = spans.toSorted(
    (a, b) => Number(isMoment(b)) - Number(isMoment(a)) || Number(a.start) - Number(b.start),
  );
  const below = (parent: string | undefined, indent: string): string[] =>
    inOrder
      .filter(({ parentId }) => parentId === parent)
      .flatMap(({ name, spanId }) => [indent + withoutPort(name), ...below(spanId, `${indent}  `)]);
  return below(undefined, "");
}

const withoutPort = (name: string): string => name.replace(/:\d+$/, "");

/** The trace of a release that a person approves. */
export const RELEASE: readonly string[] = `
cron nightly-release
  invoke_workflow release
    invoke_agent release-manager
      event release.deployed
      task prepare sandbox
        PUT /v1/sprites/{name}/fs/write
        PUT /v1/sprites/{name}/fs/write
        PUT /v1/sprites/{name}/fs/write
        PUT /v1/sprites/{name}/fs/write
      chat gpt-4.1-mini
      execute_tool list_changes
      chat gpt-4.1-mini
      execute_tool run_build
        metric release.build.seconds
        exec node
          build
            check changelog
      chat gpt-4.1-mini
      execute_tool write_notes
        invoke_agent release-writer
          invoke_agent
            chat claude-sonnet-4-6
            execute_tool show_change
            chat claude-sonnet-4-6
        GET /v1/sprites/{name}/fs/read
        PUT /v1/sprites/{name}/fs/write
      chat gpt-4.1-mini
      execute_tool run_build
        metric release.build.seconds
        exec node
          build
            check changelog
            test
            pack
        checkpoint create
          GET /v1/sprites/{name}/checkpoints/{checkpoint_id}
      chat gpt-4.1-mini
      task approval
        check_version 127.0.0.1
        connect 127.0.0.1
        authorize public
          await_response public
        close 127.0.0.1
      task deployment
        exec node
          deploy
            upload
      task announcement
        kryten connect
          publish kryten.lifecycle.release-agent.startup
        publish
          process kryten.events.release-agent.released
            invoke_agent announcer
              chat gpt-4.1-nano
              publish kryten.robot.command
        publish kryten.lifecycle.release-agent.shutdown
`
  .trim()
  .split("\n");
