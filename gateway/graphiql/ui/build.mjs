// Builds ../static from src/: hashed files, their compressed siblings, the licences and manifest.json.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';

import { thirdPartyLicences } from './tools/licences.mjs';
import { leanMonaco } from './tools/monaco.mjs';
import { Outputs } from './tools/outputs.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const STATIC = path.join(HERE, '..', 'static');
const LICENCES = 'THIRD-PARTY-LICENSES.txt';
const COMPRESSIONS = [
  { encoding: 'br', suffix: '.br', compress: brotliCompressSync },
  { encoding: 'gzip', suffix: '.gz', compress: (content) => gzipSync(content, { level: 9 }) },
];
// A compressed sibling has to earn its place: fonts, for one, are compressed already.
const WORTHWHILE = 0.95;

process.chdir(HERE); // Paths in the metafile, and with them the hashes, are relative to the working directory.

const { metafile, outputFiles } = await esbuild.build({
  entryPoints: {
    explorer: 'src/explorer.jsx',
    icon: 'src/icon.svg',
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none', // The licence file has them.
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.svg': 'copy', '.ttf': 'file', '.woff2': 'file' },
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  // GraphiQL imports these two by names that lead to CommonJS; imported lazily that has no named exports.
  alias: {
    'prettier/parser-babel': 'prettier/plugins/babel',
    'prettier/parser-graphql': 'prettier/plugins/graphql',
    'framer-motion': './src/reorder.jsx',
    'markdown-it': './src/markdown.js',
  },
  plugins: [leanMonaco],
  outdir: STATIC,
  metafile: true,
  write: false,
});

const outputs = new Outputs(metafile);
const script = outputs.entry('explorer');
const style = outputs.style('explorer');

const contents = new Map(outputFiles.map((output) => [path.basename(output.path), output.contents]));
for (const name of contents.keys()) {
  // esbuild also writes a style sheet per lazily loaded module; nothing would ever ask for those.
  if (name.endsWith('.css') && name !== style) contents.delete(name);
}
contents.set(LICENCES, Buffer.from(thirdPartyLicences(metafile)));

rmSync(STATIC, { recursive: true, force: true });
mkdirSync(STATIC);
const manifest = {
  script,
  style,
  icon: outputs.entry('icon'),
  // What the first screen imports sooner or later, so that the page can ask for it at once.
  preload: outputs
    .closure([script, outputs.lazy('monaco-graphql/esm/monaco-editor.js')])
    .filter((name) => name !== script),
  workers: {
    editor: outputs.entry('editor.worker'),
    graphql: outputs.entry('graphql.worker'),
    json: outputs.entry('json.worker'),
  },
  licences: LICENCES,
  files: Object.fromEntries([...contents.keys()].sort().map((name) => [name, publish(name, contents.get(name))])),
  sources: Object.fromEntries(sources().map((name) => [name, sha256(readFileSync(name))])),
};
writeFileSync(path.join(STATIC, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

/** Write one file and the compressed siblings worth having; return its record in the manifest. */
function publish(name, content) {
  writeFileSync(path.join(STATIC, name), content);
  const encodings = {};
  for (const { encoding, suffix, compress } of COMPRESSIONS) {
    const compressed = compress(content);
    if (compressed.length > WORTHWHILE * content.length) continue;
    writeFileSync(path.join(STATIC, name + suffix), compressed);
    encodings[encoding] = { file: name + suffix, ...fingerprint(compressed) };
  }
  return { ...fingerprint(content), encodings };
}

function fingerprint(content) {
  return { bytes: content.length, sha256: sha256(content) };
}

function sha256(content) {
  return createHash('sha256').update(content).digest('hex');
}

/** Everything that decides what is built, as paths from this folder. */
function sources() {
  const inFolder = (folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  return ['build.mjs', 'package-lock.json', 'package.json', ...inFolder('src'), ...inFolder('tools')].sort();
}
