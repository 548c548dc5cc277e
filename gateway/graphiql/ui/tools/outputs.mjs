import path from 'node:path';

/** Questions about one esbuild result, answered in base names (all outputs lie in one folder). */
export class Outputs {
  #byName;

  constructor(metafile) {
    this.#byName = new Map(Object.entries(metafile.outputs).map(([file, output]) => [path.basename(file), output]));
  }

  /** The file that the entry point `name` (a key of esbuild's `entryPoints`) was built to. */
  entry(name) {
    return this.#find(name, (file) => file.replace(/-[A-Z0-9]{8}\.\w+$/, '') === name);
  }

  /** The file that holds `module`, which other code imports lazily. */
  lazy(module) {
    return this.#find(module, (_file, { entryPoint }) => entryPoint.endsWith(`node_modules/${module}`));
  }

  /** The style sheet of everything that the entry point `name` reaches, lazily loaded modules included. */
  style(name) {
    return path.basename(this.#byName.get(this.entry(name)).cssBundle);
  }

  /** `files` and every script that they import statically, each once. */
  closure(files) {
    const seen = new Set();
    const visit = (file) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const { kind, path: imported } of this.#byName.get(file).imports) {
        if (kind === 'import-statement') visit(path.basename(imported));
      }
    };
    files.forEach(visit);
    return [...seen];
  }

  #find(what, matches) {
    for (const [file, output] of this.#byName) {
      if (output.entryPoint && !file.endsWith('.css') && matches(file, output)) return file;
    }
    throw new Error(`esbuild made no file for ${what}`);
  }
}
