// urql with its normalised cache against a gateway: `node urql.mjs URL SCENARIO`. Prints what it saw and what it sent.
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { persistedExchange } from '@urql/exchange-persisted';
import { noting, operation, tell } from './noting.mjs';

const [url, scenario] = process.argv.slice(2);
const ASHA = { by: { mobile: '919800000001' } };

// What has no id of its own belongs to what it is in; graphcache warns of every type that it is not told about.
const cache = () =>
  cacheExchange({
    keys: { CustomerStatus: () => null, PointsSummary: () => null, CardStatus: () => null, SlabChange: () => null,
      Card: (card) => card.cardId },
    resolvers: { Query: { customer: (_, { by }, store) =>
      by.id ? { __typename: 'Customer', id: by.id } : store.resolve('Query', 'customer', { by }) } },
  });

function connected(...exchanges) {
  const { requests, fetch } = noting();
  const client = new Client({ url, exchanges: [...exchanges, fetchExchange], fetch, preferGetMethod: false });
  const ask = async (text, variables = ASHA, options = {}) => {
    const { data, error } = await client.query(text, variables, options).toPromise();
    const codes = error?.graphQLErrors.map((one) => [one.extensions.code, one.path?.join('.') ?? null]);
    return { data, codes, network: error?.networkError?.message, sent: requests.length };
  };
  return { client, requests, ask };
}

const behave = (faults) =>
  fetch(new URL('/_sandbox/faults', url), { method: 'PUT', body: JSON.stringify(faults) });

const scenarios = {
  async cache() {
    const { ask } = connected(cache());
    const header = await ask(operation('CustomerHeader'));
    const cards = await ask(operation('Cards'));
    const known = await ask(
      'query Known($by: CustomerBy!) { customer(by: $by) { id email cards { cardId cardNumber } } }',
    );
    const byId = await ask('query ById($by: CustomerBy!) { customer(by: $by) { id firstName } }', {
      by: { id: header.data.customer.id },
    });
    return { header, cards, known, byId };
  },

  async errors() {
    const { ask } = connected(cache());
    const invalid = await ask('query Invalid { customer(by: {mobile: "919800000001"}) { nothing } }', {});
    const badInput = await ask(operation('CustomerId'), { mobile: '1,2' });
    const unknown = await ask(operation('CustomerId'), { mobile: '910000000000' });
    const text = 'query Half($by: CustomerBy!) { customer(by: $by) { id cards { cardId } slabHistory { to } } }';
    await behave({ v1_get: { status: 500 } });
    const half = await ask(text);
    await behave({});
    const whole = await ask(text);
    return { invalid, badInput, unknown, half, whole };
  },

  async persisted() {
    const { ask, requests } = connected(persistedExchange({ preferGetForPersistedQueries: true }));
    for (const requestPolicy of ['network-only', 'network-only']) {
      await ask(operation('CustomerHeader'), ASHA, { requestPolicy });
    }
    return { requests };
  },
};

tell(await scenarios[scenario]());
