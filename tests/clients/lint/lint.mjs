// Lints schemas with graphql-eslint's recommended rules; prints [{rule, line, message}].
import { readFileSync } from 'node:fs';
import { ESLint } from 'eslint';
import graphql from '@graphql-eslint/eslint-plugin';

const [path] = process.argv.slice(2);
const schema = readFileSync(path, 'utf8');
const eslint = new ESLint({
  cwd: import.meta.dirname,
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.graphql'],
      languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
      plugins: { '@graphql-eslint': graphql },
      rules: graphql.configs['flat/schema-recommended'].rules,
    },
  ],
});
const found = await eslint.lintText(schema, { filePath: 'schema.graphql' });
const rows = found.flatMap(({ messages }) => messages);
console.log(JSON.stringify(rows.map(({ ruleId, line, message }) => ({ rule: ruleId, line, message }))));
