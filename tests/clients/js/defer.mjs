// Clients that take what is deferred later: `node defer.mjs URL CLIENT`. Prints what each showed, in order.
// V1.1 waits at a gate, which is opened when the client has shown the rest: `/_gate`.
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental/index.js';
import { Client, fetchExchange } from '@urql/core';
import { createClient } from 'graphql-sse';
import { noting, tell } from './noting.mjs';

const [url, name] = process.argv.slice(2);
const text = `query Deferred { customer(by: {mobile: "919800000001"}) {
  id cards { cardId } ... @defer(label: "history") { slabHistory { to } }
} }`;

const { requests, fetch: noted } = noting();
const shown = [];

async function show(data, more) {
  const customer = data?.customer;
  if (!customer?.cards) return;
  shown.push({ cards: customer.cards.length, history: customer.slabHistory?.length ?? null, more });
  if (!customer.slabHistory) await fetch(new URL('/_gate', url));
}

const apollo = (incrementalHandler) =>
  new Promise((resolve, reject) => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: url, fetch: noted }),
      cache: new InMemoryCache({ typePolicies: { Card: { keyFields: ['cardId'] } } }),
      incrementalHandler,
    });
    client.watchQuery({ query: gql(text) }).subscribe({
      error: reject,
      next: async ({ data, error, dataState, loading }) => {
        if (error) reject(error);
        await show(data, dataState === 'streaming');
        if (!loading && dataState === 'complete') resolve();
      },
    });
  });

const urql = () =>
  new Promise((resolve, reject) => {
    const client = new Client({ url, exchanges: [fetchExchange], fetch: noted, preferGetMethod: false });
    client.query(text, {}).subscribe(async ({ data, error, hasNext }) => {
      if (error) reject(error);
      await show(data, hasNext);
      if (!hasNext) resolve();
    });
  });

// It hands on what comes; the fragment is of the customer.
async function graphqlSse() {
  let data;
  for await (const part of createClient({ url, fetchFn: noted }).iterate({ query: text })) {
    data ??= part.data;
    for (const { data: more } of part.incremental ?? []) Object.assign(data.customer, more);
    await show(data, part.hasNext);
  }
}

const clients = {
  apollo2022: () => apollo(new Defer20220824Handler()),
  apolloAlpha9: () => apollo(new GraphQL17Alpha9Handler()),
  graphqlSse,
  urql,
};

await clients[name]();
tell({ shown, requests });
