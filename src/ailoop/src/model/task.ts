/** A task of the server's task list, as task messages carry it. */
export interface Task {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly state: "pending" | "done" | "abandoned" | (string & {});
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly assignee: string | null;
  /** Any JSON; keys as they came. */
  readonly metadata: unknown;
  readonly dependsOn: readonly string[];
  readonly blockingFor: readonly string[];
  readonly blocked: boolean;
  readonly dependencyType: "blocks" | "related" | "parent" | (string & {}) | null;
}
