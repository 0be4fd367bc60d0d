// Removes what a build left, so that the next one starts from nothing.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

for (const room of ["src", "instrumentations", "exporters", "examples", "test"]) {
  if (!existsSync(room)) continue;
  for (const entry of readdirSync(room, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    rmSync(join(room, entry.name, "dist"), { recursive: true, force: true });
    rmSync(join(room, entry.name, "tsconfig.tsbuildinfo"), { force: true });
  }
}
