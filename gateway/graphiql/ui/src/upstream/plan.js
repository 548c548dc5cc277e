import { tryParseJSONC } from '@graphiql/react';
import { Kind, parse, validate } from 'graphql';

// Under this type a refusal is an answer as well: what is being typed is often refused, and is nobody's fault.
const ACCEPT = 'application/json';

/**
 * The plan of what stands in the editors, as `{ report, note }`; only `{ note }` where it cannot be asked for yet.
 *
 * Nothing is sent for a document that does not parse, or that the schema (where it is known) does not allow.
 */
export async function planOf({ query, variables, headers, operationName, schema }, asker, signal) {
  let operation;
  try {
    operation = operationOf(query, operationName, schema);
  } catch (error) {
    return { note: `No plan yet: ${error.message}` };
  }
  if (operation === null) return { report: { kind: 'empty' }, note: null };
  let given;
  try {
    given = { variables: tryParseJSONC(variables), headers: tryParseJSONC(headers) };
  } catch (error) {
    return { note: `No plan yet: variables or headers ${error.message}` };
  }
  const asked = { query, operationName: operation, variables: given.variables };
  const { answer, refused } = await asker.ask(asked, {
    headers: given.headers,
    explain: 'plan',
    signal,
    accept: ACCEPT,
  });
  if (refused) return { report: { kind: 'refused', reason: refused }, note: null };
  const problem = answer.errors?.[0].message ?? null;
  const { explain } = answer.extensions ?? {};
  return explain ? { report: { kind: 'planned', explain }, note: problem } : { note: `No plan: ${problem}` };
}

/** The name of the operation that would run (undefined for one without a name), null where there is none at all. */
function operationOf(query, preferred, schema) {
  if (query.replaceAll(/#.*/g, '').trim() === '') return null;
  const document = parse(query);
  const invalid = schema ? validate(schema, document)[0] : undefined;
  if (invalid) throw invalid;
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operations.length === 0) return null;
  const chosen = operations.find(({ name }) => name?.value === preferred) ?? operations[0];
  return chosen.name?.value;
}
