// Apollo Client against a gateway: `node apollo.mjs URL SCENARIO`. Prints what it saw and what it sent.
import { createHash } from 'node:crypto';
import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
  gql,
} from '@apollo/client/core/index.js';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries/index.js';
import { noting, operation, tell } from './noting.mjs';

const [url, scenario] = process.argv.slice(2);
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const sandbox = new URL('/_sandbox/', url);
const ASHA = { by: { mobile: '919800000001' } };

// The customer that is asked for by id may be known already by another identifier; a program belongs to its customer.
const typePolicies = {
  Query: {
    fields: {
      customer: {
        read: (known, { args, toReference }) =>
          known ?? (args.by.id ? toReference({ __typename: 'Customer', id: args.by.id }) : undefined),
      },
    },
  },
  LoyaltyProgram: { keyFields: false },
  Card: { keyFields: ['cardId'] },
};

function connected(...links) {
  const { requests, fetch } = noting();
  const client = new ApolloClient({
    link: ApolloLink.from([...links, new HttpLink({ uri: url, fetch })]),
    cache: new InMemoryCache({ typePolicies }),
  });
  const ask = async (text, variables = ASHA, options = {}) => {
    const { data, error } = await client.query({ query: gql(text), variables, ...options });
    return { data, error: error && failure(error), sent: requests.length };
  };
  return { client, requests, ask };
}

const failure = (error) =>
  CombinedGraphQLErrors.is(error)
    ? { kind: 'graphql', codes: error.errors.map((one) => [one.extensions.code, one.path?.join('.') ?? null]) }
    : { kind: error.name };

const scenarios = {
  async cache() {
    const { client, ask } = connected();
    const header = await ask(operation('CustomerHeader'));
    const cards = await ask(operation('Cards'));
    const known = await ask(
      'query Known($by: CustomerBy!) { customer(by: $by) { email cards { cardNumber } points { currentSlab } } }',
    );
    const byId = await ask('query ById($id: ID!) { customer(by: {id: $id}) { firstName cards { cardNumber } } }', {
      id: header.data.customer.id,
    });
    return { header, cards, known, byId, entities: Object.keys(client.cache.extract()).sort() };
  },

  async errors() {
    const { ask, requests } = connected();
    const caught = async (text, variables) => ask(text, variables).catch((error) => ({ thrown: failure(error) }));
    const invalid = await caught('query Invalid { customer(by: {mobile: "919800000001"}) { nothing } }', {});
    const badVariable = await caught(operation('CustomerId'), { mobile: 7 });
    const badInput = await caught(operation('CustomerId'), { mobile: '1,2' });
    const deleted = await caught('query ById($id: ID!) { customer(by: {id: $id}) { id slabHistory { to } } }', {
      id: '100000019',
    });
    const unknown = await ask(operation('CustomerId'), { mobile: '910000000000' });
    return { invalid, badVariable, badInput, deleted, unknown, types: [...new Set(requests.map((one) => one.type))] };
  },

  // The upstream of one field is down: its siblings come, and the field is asked for again when it is up.
  async partial() {
    const { ask } = connected();
    const text = 'query Half($by: CustomerBy!) { customer(by: $by) { id cards { cardId } slabHistory { to } } }';
    await behave({ v1_get: { status: 500 } });
    const refused = await ask(text).catch((error) => ({ thrown: failure(error) }));
    const half = await ask(text, ASHA, { errorPolicy: 'all' });
    await behave({});
    const kept = await ask(text);
    const whole = await ask(text, ASHA, { fetchPolicy: 'network-only' });
    return { refused, half, kept, whole };
  },

  async persisted() {
    const { ask, requests } = connected(new PersistedQueryLink({ sha256 }));
    for (const fetchPolicy of ['network-only', 'network-only']) {
      await ask(operation('CustomerHeader'), ASHA, { fetchPolicy });
    }
    const second = connected(new PersistedQueryLink({ sha256, useGETForHashedQueries: true }));
    await second.ask(operation('CustomerHeader'));
    return { first: requests, second: second.requests };
  },

  // A request that waits for its upstream is given up; the gateway answers others, and the same again.
  async abort() {
    const { client, requests, ask } = connected();
    await behave({ v2_lookup: { delay_s: 3, times: 1 } });
    const controller = new AbortController();
    const given = client.query({
      query: gql(operation('CustomerHeader')),
      variables: ASHA,
      context: { fetchOptions: { signal: controller.signal } },
    });
    const ended = given.then(
      () => 'answered',
      (error) => error.name,
    );
    while ((await (await fetch(new URL('requests', sandbox))).json()).length === 0);
    const other = await ask(operation('CustomerId'), { mobile: '919800000002' });
    controller.abort();
    return { ended: await ended, other, again: await ask(operation('CustomerHeader')), requests };
  },
};

const behave = (faults) => fetch(new URL('faults', sandbox), { method: 'PUT', body: JSON.stringify(faults) });

tell(await scenarios[scenario]());
