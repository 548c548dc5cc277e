// What the clients' programs share: a fetch that notes each request, and the questions.
import { readFileSync } from 'node:fs';

/** An operation of examples/operations. */
export const operation = (name) =>
  readFileSync(new URL(`../../../examples/operations/${name}.graphql`, import.meta.url), 'utf8');

/** Prints what a program found. */
export const tell = (found) => console.log(JSON.stringify(found));

/** A fetch, and the notes it takes: how each request was made, and how it was answered. */
export function noting() {
  const requests = [];
  const noted = async (address, options = {}) => {
    const method = options.method ?? 'GET';
    const said = method === 'GET' ? Object.fromEntries(new URL(address).searchParams) : JSON.parse(options.body);
    const note = {
      method,
      operation: said.operationName,
      text: 'query' in said,
      hash: (typeof said.extensions === 'string' ? JSON.parse(said.extensions) : said.extensions)?.persistedQuery
        ?.sha256Hash,
      document: said.doc_id ?? said.documentId ?? said.id,
    };
    requests.push(note);
    const response = await fetch(address, options);
    note.status = response.status;
    note.type = response.headers.get('content-type');
    return response;
  };
  return { requests, fetch: noted };
}
