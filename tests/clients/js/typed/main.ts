// Typed documents of graphql-codegen: `node built/typed/main.js URL text|document|apollo`. What is wrong does not compile.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client/core/index.js';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries/index.js';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { CustomerHeaderDocument, TierScreenDocument, type CustomerBy } from './gql/graphql.js';

interface Answer<Data> {
  data?: Data;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string } }[];
}

const [url, way] = process.argv.slice(2) as [string, 'text' | 'document' | 'apollo'];
const bodies: string[][] = [];

/** The identifier under which the manifest has a document. */
const identifier = (document: unknown): string => (document as { __meta__: { hash: string } }).__meta__.hash;

async function asked<Data, Variables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Answer<Data>> {
  const sent = way === 'document' ? { documentId: identifier(document) } : { query: print(document) };
  bodies.push(Object.keys(sent));
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ ...sent, variables }),
  });
  return (await response.json()) as Answer<Data>;
}

const apollo = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.from([
    new PersistedQueryLink({ generateHash: identifier }),
    new HttpLink({
      uri: url,
      fetch: (address, options) => {
        bodies.push(Object.keys(JSON.parse(String(options?.body))));
        return fetch(address, options);
      },
    }),
  ]),
});

const by: CustomerBy = { mobile: '919800000001' };

async function header() {
  if (way !== 'apollo') return (await asked(CustomerHeaderDocument, { by })).data;
  return (await apollo.query({ query: CustomerHeaderDocument, variables: { by } })).data;
}

const customer = (await header())?.customer;
const name: string | null | undefined = customer?.firstName;
const points: number | null | undefined = customer?.points?.loyaltyPoints;

const tiers = way === 'apollo' ? undefined : await asked(TierScreenDocument, { by });
const changed: (string | null)[] | undefined = tiers?.data?.customer?.slabHistory?.map((change) => change.changedOn);

// Never run: the compiler must refuse each of these.
export async function wrong(): Promise<void> {
  // @ts-expect-error there is no variable of this name
  await asked(CustomerHeaderDocument, { mobile: '919800000001' });
  // @ts-expect-error a mobile number is a text
  await asked(CustomerHeaderDocument, { by: { mobile: 919800000001 } });
  // @ts-expect-error exactly one of the identifiers
  await asked(CustomerHeaderDocument, { by: { mobile: '919800000001', email: 'asha.rao@example.com' } });
  // @ts-expect-error not selected
  (await asked(CustomerHeaderDocument, { by })).data?.customer?.cards;
  // @ts-expect-error a customer may be unknown
  (await asked(CustomerHeaderDocument, { by })).data?.customer.firstName;
}

console.log(JSON.stringify({ name, points, changed, bodies }));
