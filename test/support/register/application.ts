import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll } from "vitest";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Where the packages of this checkout are installed. */
export const MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));

/** A folder outside of this checkout, whose programs find the packages that were put there and no others. */
export interface Application {
  readonly folder: string;
  /** Links a package of this checkout, also under another name, as workspaces and frameworks do. */
  link(name: string, as?: string): void;
  /** Copies one, as npm installs it; with a list, only these of its files and folders. */
  copy(name: string, as?: string, only?: readonly string[]): void;
  /** Writes a file and tells its URL. */
  write(file: string, text: string): string;
}

/** Makes an application for the tests of a file. */
export function useApplication(fill: (application: Application) => void): Application {
  let folder = "";
  const source = (name: string) => realpathSync(join(MODULES, name));
  const target = (name: string) => {
    const path = join(folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };
  const application: Application = {
    get folder() {
      return folder;
    },
    link: (name, as = name) => symlinkSync(source(name), target(as)),
    copy(name, as = name, only = [""]) {
      const wanted = only.map((part) => join(source(name), part));
      cpSync(source(name), target(as), {
        recursive: true,
        filter: (path) => wanted.some((part) => path.startsWith(part) || part.startsWith(path)),
      });
    },
    write(file, text) {
      const path = join(folder, file);
      writeFileSync(path, text);
      return pathToFileURL(path).href;
    },
  };
  beforeAll(() => {
    folder = temporaryFolder();
    fill(application);
  });
  return application;
}
