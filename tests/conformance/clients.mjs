// Asks a URL the same question with real clients, twice each; prints what each sent and got.
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries/index.js';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';

const [url] = process.argv.slice(2);
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

// A fetch that notes how each request was made.
function noting(notes) {
  return async (address, options = {}) => {
    const method = options.method ?? 'GET';
    const said = method === 'GET' ? Object.fromEntries(new URL(address).searchParams) : JSON.parse(options.body);
    const response = await fetch(address, options);
    notes.push({
      method,
      text: 'query' in said,
      hash: 'extensions' in said && JSON.stringify(said.extensions).includes('sha256Hash'),
      status: response.status,
      type: response.headers.get('content-type'),
    });
    return response;
  };
}

async function apollo(operation) {
  const requests = [];
  const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  const link = ApolloLink.from([persisted, new HttpLink({ uri: url, fetch: noting(requests) })]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const answers = [];
  for (let turn = 0; turn < 2; turn++) {
    answers.push((await client.query({ query: gql(operation), fetchPolicy: 'no-cache' })).data);
  }
  return { requests, answers };
}

async function urql(operation, exchanges) {
  const requests = [];
  const client = new Client({ url, exchanges: [...exchanges, fetchExchange], fetch: noting(requests) });
  const answers = [];
  for (let turn = 0; turn < 2; turn++) {
    const result = await client.query(operation, {}, { requestPolicy: 'network-only' }).toPromise();
    answers.push(result.error ? String(result.error) : result.data);
  }
  return { requests, answers };
}

const asha = (name) => `query ${name} { customer(by: {mobile: "919800000001"}) { firstName } }`;
const notation = {
  apollo: await apollo(asha('Apollo')),
  urql: await urql(asha('Urql'), []),
  urqlPersisted: await urql(asha('UrqlPersisted'), [persistedExchange()]),
};
console.log(JSON.stringify(notation));
