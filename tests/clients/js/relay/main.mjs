// Relay against a gateway that answers the documents of its manifest alone: `node relay/main.mjs URL`.
import runtime from 'relay-runtime';
import { noting, tell } from '../noting.mjs';
import cardsQuery from './__generated__/customerCardsQuery.graphql.js';
import headerQuery from './__generated__/customerHeaderQuery.graphql.js';

const { Environment, Network, RecordSource, Store, createOperationDescriptor, fetchQuery } = runtime;
const [url, member] = process.argv.slice(2);
const noted = noting();
const codes = [];

async function ask({ id, text }, variables) {
  const response = await noted.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify(id ? { [member]: id, variables } : { query: text, variables }),
  });
  const answer = await response.json();
  codes.push(...(answer.errors ?? []).map((error) => error.extensions.code));
  return answer;
}

const environment = new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });
const asked = async (query, variables, options) => ({
  data: await fetchQuery(environment, query, variables, options).toPromise(),
  sent: noted.requests.length,
});

const by = { mobile: '919800000001' };
const header = await asked(headerQuery, { by });
environment.retain(createOperationDescriptor(headerQuery, { by }));
const again = await asked(headerQuery, { by }, { fetchPolicy: 'store-or-network' });
const cards = await asked(cardsQuery, { by });
const refused = await asked(headerQuery, { by: { mobile: '1,2' } });
const record = environment.getStore().getSource().get(header.data.customer.id);
tell({
  header,
  again,
  cards,
  refused,
  codes,
  record: Object.keys(record).filter((name) => !name.startsWith('__')).sort(),
  texts: [headerQuery, cardsQuery].map((query) => query.params.text),
  requests: noted.requests,
});
