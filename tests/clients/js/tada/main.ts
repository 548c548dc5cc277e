// gql.tada: types without a build step for documents. `node built/tada/main.js URL`.
import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada';
import { print } from 'graphql';
import type { introspection } from './gql/introspection.d.ts';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; Date: string; JSON: unknown; ID: string };
}>();

const Tiers = graphql(`
  query Tiers($by: CustomerBy!, $source: Source!) {
    customer(by: $by, source: $source) {
      id
      firstName
      loyaltyPrograms {
        programId
        loyaltyPoints
        slabExpiryDate
      }
    }
  }
`);

const variables: VariablesOf<typeof Tiers> = { by: { mobile: '919800000001' }, source: 'INSTORE' };
// @ts-expect-error no such source
export const badSource: VariablesOf<typeof Tiers> = { by: { mobile: '919800000001' }, source: 'SHOP' };
// @ts-expect-error a mobile number is a text
export const badMobile: VariablesOf<typeof Tiers> = { by: { mobile: 919800000001 }, source: 'INSTORE' };

const [url] = process.argv.slice(2) as [string];
const response = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query: print(Tiers), variables }),
});
const { data } = (await response.json()) as { data: ResultOf<typeof Tiers> };
const name: string | null | undefined = data.customer?.firstName;
const points: (number | null)[] | undefined = data.customer?.loyaltyPrograms?.map((one) => one.loyaltyPoints);
// @ts-expect-error not selected
export const notSelected = data.customer?.lastName;
// @ts-expect-error a point balance may be unknown
export const notNull: number | undefined = data.customer?.loyaltyPrograms?.[0]?.loyaltyPoints;

console.log(JSON.stringify({ name, points }));
