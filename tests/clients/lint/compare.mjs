// Compares two schemas with graphql-inspector; prints [{path, type, level, message}].
import { readFileSync } from 'node:fs';
import { diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const [before, after] = process.argv.slice(2).map((path) => buildSchema(readFileSync(path, 'utf8')));
const changes = await diff(before, after);
console.log(
  JSON.stringify(
    changes.map(({ path, type, criticality, message }) => ({ path, type, level: criticality.level, message })),
  ),
);
