import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OURS = fileURLToPath(new URL('../src/monaco.js', import.meta.url));
const DIFFS = /[/\\]vs[/\\]editor[/\\]browser[/\\]widget[/\\](?:multiD|d)iffEditor[/\\]((?:Multi)?DiffEditorWidget)\.js$/i;
const STRINGS = /[/\\]vs[/\\]base[/\\]common[/\\]strings\.js$/;
const LOOKALIKES = /JSON\.parse\('\{\\?"_common[^']*'\)/;

/**
 * An esbuild plugin: wherever `monaco-graphql/esm/monaco-editor.js` is imported, `src/monaco.js` is. What then nobody
 * uses, and the bundler cannot see, goes too: the editors of differences, and the table of characters that look like
 * others (it belongs to a highlighter that is not in our list).
 *
 * That module is the one place where GraphiQL and monaco-graphql choose what Monaco loads. esbuild's `alias` is not
 * enough, for monaco-graphql imports the module by a relative path as well.
 */
export const leanMonaco = {
  name: 'lean-monaco',
  setup(build) {
    build.onLoad({ filter: /[/\\]monaco-graphql[/\\]esm[/\\]monaco-editor\.js$/ }, () => ({
      contents: `export * from ${JSON.stringify(OURS)};`,
      resolveDir: '.',
    }));
    build.onLoad({ filter: DIFFS }, ({ path }) => {
      const name = DIFFS.exec(path)[1];
      return { contents: `export class ${name[0].toUpperCase()}${name.slice(1)} {}` };
    });
    build.onLoad({ filter: STRINGS }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      if (!LOOKALIKES.test(source)) throw new Error('Monaco keeps its table of characters elsewhere now');
      return { contents: source.replace(LOOKALIKES, '({})') };
    });
  },
};
