import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { importsOf, publishedPackages, sourcesOf, workspaceFiles } from "./packages.js";

/** Which of our packages a room may import. What is not listed imports none of them. */
const ALLOWED: readonly (readonly [folder: RegExp, mayImport: RegExp])[] = [
  [/^src\/register$/, /^@kit\/sdk$/],
  [/^src\/sdk$/, /^@kit\/(?!register$)/],
  [/^src\/(tracing|chat-completions)$/, /^@kit\/genai$/],
  [/^src\/anthropic-messages$/, /^@kit\/(genai|chat-completions)$/],
  [/^instrumentations\//, /^@kit\/(genai|chat-completions|anthropic-messages)$/],
  [/^exporters\//, /^@kit\/(genai|delivery|catsyphon)$/],
];

const edges = publishedPackages().flatMap((owner) =>
  sourcesOf(owner).flatMap((path) =>
    importsOf(path).map(({ from, typeOnly }) => ({ owner, path, from, typeOnly, name: packageName(from) })),
  ),
);
const foreign = edges.filter(
  ({ from, owner, name }) => !from.startsWith(".") && !isBuiltin(from) && name !== owner.manifest.name,
);

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function doorsOf(name: string): string[] {
  const owner = publishedPackages().find(({ manifest }) => manifest.name === name);
  return Object.keys(owner?.manifest.exports ?? {}).map((door) => name + door.slice(1));
}

/** Sets of files of one package that all import each other, by however many steps; a file alone is no circle. */
function circlesIn(owner: ReturnType<typeof publishedPackages>[number]): string[][] {
  const next = new Map(
    sourcesOf(owner).map((path) => [
      path,
      importsOf(path)
        .filter(({ from }) => from.startsWith("."))
        .map(({ from }) => join(dirname(path), from).replace(/\.js$/, ".ts")),
    ]),
  );
  const reachable = (start: string) => {
    const seen = new Set<string>();
    const visit = (path: string) => {
      for (const other of next.get(path) ?? []) {
        if (seen.has(other)) continue;
        seen.add(other);
        visit(other);
      }
    };
    visit(start);
    return seen;
  };
  const reach = new Map([...next.keys()].map((path) => [path, reachable(path)]));
  const circles = [...next.keys()].map((path) =>
    [...next.keys()].filter((other) => reach.get(path)?.has(other) && reach.get(other)?.has(path)),
  );
  return [
    ...new Map(circles.filter(({ length }) => length > 0).map((files) => [files.join(), files])).values(),
  ];
}

const told = (wrong: typeof edges) => wrong.map(({ path, from }) => `${path} imports ${from}`);

describe("imports", () => {
  it("run only in the allowed directions", () => {
    const wrong = foreign.filter(({ owner, name }) => {
      const allowed = ALLOWED.find(([room]) => room.test(owner.folder))?.[1];
      return name.startsWith("@kit/") && allowed?.test(name) !== true;
    });
    expect(told(wrong)).toEqual([]);
  });

  it("reach no package but by the doors it has", () => {
    const deep = foreign.filter(
      ({ from, name }) => name.startsWith("@kit/") && !doorsOf(name).includes(from),
    );
    const outside = edges.filter(
      ({ from, path, owner }) =>
        from.startsWith(".") &&
        !["src", "data"].some((own) => join(dirname(path), from).startsWith(`${owner.folder}/${own}/`)),
    );
    expect(told([...deep, ...outside])).toEqual([]);
  });

  it("are all declared by the package that makes them", () => {
    const undeclared = foreign.filter(({ owner: { manifest }, name, typeOnly }) => {
      const declared = {
        ...manifest.dependencies,
        ...manifest.peerDependencies,
        ...(typeOnly && manifest.devDependencies),
      };
      return !(name in declared);
    });
    expect(told(undeclared)).toEqual([]);
  });

  it("never run in a circle, types included", () => {
    expect(publishedPackages().flatMap(circlesIn)).toEqual([
      // A sandbox names its client, as the Python SDK's does.
      ["src/sprites/src/client.ts", "src/sprites/src/sprite.ts"],
    ]);
  });

  it("take the light door of the engine where nothing is patched", () => {
    const light = foreign.filter(({ owner }) => /^(src\/tracing|exporters\/.+)$/.test(owner.folder));
    expect(told(light.filter(({ from }) => from === "@kit/genai"))).toEqual([]);
  });

  it("find a source, and nothing that a compiler left beside one", () => {
    const files = new Set(workspaceFiles());
    const beside = [...files].filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
    expect(beside.length).toBeGreaterThan(100);
    expect(beside.filter((path) => files.has(path.replace(/\.ts$/, ".js")))).toEqual([]);
  });

  it("take types alone from the libraries that are instrumented", () => {
    const libraries = [
      "openai",
      "@anthropic-ai/sdk",
      "@google/genai",
      "@aws-sdk/client-bedrock-runtime",
      "@aws-sdk/client-bedrock-agent-runtime",
      "@langchain/core",
      "@langchain/langgraph",
      "litellm",
      "ollama",
      "cohere-ai",
      "groq-sdk",
      "@mistralai/mistralai",
      "together-ai",
    ];
    expect(told(foreign.filter(({ name, typeOnly }) => libraries.includes(name) && !typeOnly))).toEqual([]);
  });
});
