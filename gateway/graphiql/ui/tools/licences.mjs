import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const NOTICE = /^(licen[cs]e|notice|copying|third-?party)/i;

// Packages published without their licence file, and a package of the same repository or author that has it.
const STAND_IN = {
  '@graphiql/plugin-doc-explorer': '@graphiql/react',
  '@graphiql/plugin-explorer': '@graphiql/react',
  '@graphiql/plugin-history': '@graphiql/react',
  'react-compiler-runtime': 'react',
  'react-remove-scroll-bar': 'react-remove-scroll',
};

/**
 * The licence texts of every package that has bytes in the bundle, by name.
 *
 * `metafile` is esbuild's. A package without a licence file stops the build: somebody has to look.
 */
export function thirdPartyLicences(metafile) {
  const folders = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = packageFolder(input);
      if (folder && bytesInOutput > 0) folders.add(folder);
    }
  }
  const sections = [...folders].sort().map(section);
  return `The files in this folder contain code and fonts of the packages below.\n\n${sections.join('\n')}`;
}

function packageFolder(input) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

function section(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const texts = notices(STAND_IN[name] ? `node_modules/${STAND_IN[name]}` : folder);
  if (texts.length === 0) throw new Error(`${name} ${version} (${license}) has no licence file`);
  const rule = '='.repeat(78);
  return `${rule}\n${name} ${version} (${license})\n${rule}\n\n${texts.join('\n\n')}\n`;
}

function notices(folder) {
  const files = readdirSync(folder).filter((file) => NOTICE.test(file)).sort();
  return files.map((file) => readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
}
