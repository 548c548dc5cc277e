import { fileURLToPath } from 'node:url';

const OURS = fileURLToPath(new URL('../src/monaco.js', import.meta.url));

/**
 * An esbuild plugin: wherever `monaco-graphql/esm/monaco-editor.js` is imported, `src/monaco.js` is.
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
  },
};
