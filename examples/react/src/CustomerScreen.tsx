import { CombinedGraphQLErrors } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { CardsDocument, CustomerHeaderDocument, type CustomerBy } from './gql/graphql';

/**
 * What came beside an error is shown. Apollo keeps the null of a field that failed and would show it without the error
 * the next time, so a screen that opens asks again; the gateway pays for what it lost, and for nothing else.
 */
const SHOWN = { errorPolicy: 'all', fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' } as const;

/** Who it is and where they stand. */
export function CustomerScreen({ by }: { by: CustomerBy }) {
  const { data, error, loading } = useQuery(CustomerHeaderDocument, { variables: { by }, ...SHOWN });
  if (loading) return <p>…</p>;
  const customer = data?.customer;
  if (!customer) return <p role="alert">{error ? code(error) : 'No such customer.'}</p>;
  return (
    <section>
      <h1>
        {customer.firstName} {customer.lastName}
      </h1>
      {customer.points ? (
        <p>
          {customer.points.loyaltyPoints} points, {customer.points.currentSlab}
        </p>
      ) : (
        <p>{error ? 'Points are not known right now.' : 'Not in the program.'}</p>
      )}
      <Cards id={customer.id} />
    </section>
  );
}

function Cards({ id }: { id: string }) {
  const { data, error, loading } = useQuery(CardsDocument, { variables: { by: { id } }, ...SHOWN });
  if (loading) return <p>…</p>;
  if (!data?.customer?.cards) return <p>{error ? 'Cards are not known right now.' : 'No cards.'}</p>;
  return (
    <ul>
      {data.customer.cards.map((card) => (
        <li key={card.cardId}>
          {card.cardNumber}, {card.statusInfo?.label}
        </li>
      ))}
    </ul>
  );
}

/** Why there is no customer: a code of docs/errors.md, or that nobody answered. */
function code(error: Error): string {
  const [first] = CombinedGraphQLErrors.is(error) ? error.errors : [];
  return String(first?.extensions?.['code'] ?? 'The gateway cannot be reached.');
}
